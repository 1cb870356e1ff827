// The service worker of the pages in the field. It keeps the shell of its build: styles, scripts and the page without
// network. It never keeps data: a page that cannot be reached is not shown from yesterday, the page without network is.
const BUILD = "BUILD", CACHE = "citywall-" + BUILD, OFFLINE = "/offline", STATIC = "/citywall/static/";
const WAIT_MS = 8000;
const worker = /** @type {any} */ (self);

worker.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => worker.skipWaiting()));
});
async function keepShell() {
  const cache = await caches.open(CACHE), page = await fetch(OFFLINE, { cache: "no-store" });
  if (!page.ok) throw new Error("no page without network: " + page.status);
  await cache.put(OFFLINE, page.clone());
  const own = STATIC + "@" + BUILD + "/";
  const modules = ["js/field/offline.js", "js/draw.js", "js/photo_picker.js", "js/field/field_parts.js", "js/desk/desk_forms.js", "esm/field/field_report.js", "vendor/lit.js"];
  const plain = ["js/grammar.js", "js/mend.js", "js/field/outbox.js", "js/field/phone_memory.js", "js/field/field.js", "css/base.css", "css/field.css", "css/cards.css", "css/people_cards.css", "css/agency_cards.css", "css/field_cards.css"];
  await cache.addAll([...modules.map((name) => own + name), ...plain.map((name) => STATIC + name + "?v=" + BUILD)]);
}

worker.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await worker.clients.claim();
  })());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  // What has its build in its address never changes; everything else goes to the server.
  else if (url.pathname.startsWith(STATIC) && (url.pathname.startsWith(STATIC + "@" + BUILD + "/") || url.searchParams.get("v") === BUILD)) event.respondWith(file(request));
});
async function page(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}
async function file(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const found = await fetch(request);
  if (found.ok) (await caches.open(CACHE)).put(request, found.clone());
  return found;
}
