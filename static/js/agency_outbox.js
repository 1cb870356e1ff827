// Orders with photos: kept in the browser until they are answered, so that a page that is closed, or has no network,
// loses none. Each is sent under the command id of its press, however often. `files` holds the photos by the name under
// which the server takes them: photo, before, after.
(function () {
  "use strict";
  const city = window.citywall, { page } = city;
  const NAME = "citywall-agency", STORE = "unsent", RETRY_MS = [3000, 6000, 15000, 30000, 60000], SEND_MS = 90000;
  const held = /** @type {Map<string, Unsent>} */ (new Map()); // by subject
  const listeners = new Set();
  const owner = page.person?.person_mark ?? "";

  // ---- the browser's own store; without it a report is held in the page alone, which says so
  const asked = (/** @type {IDBRequest} */ request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  let opening = /** @type {Promise<IDBDatabase> | null} */ (null);
  function database() {
    opening ??= new Promise((done, failed) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => { request.result.createObjectStore(STORE, { keyPath: "id" }); };
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    return opening;
  }
  /** @param {"readonly" | "readwrite"} mode @param {(store: IDBObjectStore) => IDBRequest} work */
  async function inStore(mode, work) {
    const transaction = (await database()).transaction(STORE, mode);
    const ended = new Promise((done, failed) => {
      transaction.oncomplete = () => done(undefined);
      transaction.onabort = transaction.onerror = () => failed(transaction.error);
    });
    const found = await asked(work(transaction.objectStore(STORE)));
    await ended;
    return found;
  }

  // ---- sending. States: pending, unsent (tried again), refused; what is done is told by the channel.
  /** @param {string} verb @param {string} subject @param {number} version @param {Record<string, any>} args @param {Record<string, Blob[]>} files */
  async function send(verb, subject, version, args, files) {
    const id = crypto.getRandomValues(new Uint8Array(12)).reduce((text, n) => text + n.toString(16).padStart(2, "0"), "");
    const envelope = { command_id: id, verb, subject, version, args };
    const kept = { id, owner, scope: page.scope, subject, envelope, files, born: Date.now() };
    const one = /** @type {Unsent} */ ({ ...kept });
    begin(one);
    try {
      await inStore("readwrite", (store) => store.put(kept));
      one.isKept = true;
    } catch (error) {
      console.info("citywall: not kept,", String(error));
    }
    await post(one);
  }
  /** @param {Unsent} one */
  function begin(one) {
    Object.assign(one, { state: "pending", tries: 0, answer: null, why: "" });
    held.set(one.subject, one);
    changed();
  }
  /** @param {Unsent} one */
  async function post(one) {
    if (one.isSending || held.get(one.subject) !== one) return;
    clearTimeout(one.timer);
    one.isSending = true;
    changed();
    try {
      const form = new FormData();
      form.append("act", JSON.stringify(one.envelope));
      for (const [name, photos] of Object.entries(one.files)) for (const photo of photos) form.append(name, photo, name);
      const reply = await fetch(`/evidence/${page.channel}/${page.scope}`, { method: "POST", body: form, signal: AbortSignal.timeout(SEND_MS) });
      if (reply.ok) await answered(one, (await reply.json()).answer);
      else later(one, reply.status === 401 || reply.status === 403 ? "sign_in" : "");
    } catch {
      later(one, "");
    } finally {
      one.isSending = false;
      changed();
    }
  }
  /** @param {Unsent} one @param {Answer} answer */
  async function answered(one, answer) {
    // Nothing was decided, or nobody knows: the same id is asked again.
    if (answer.refused?.code === "read_only") return later(one, "");
    one.answer = answer;
    one.state = answer.done ? "done" : "refused";
    if (answer.done) held.delete(one.subject);
    await inStore("readwrite", (store) => store.delete(one.id)).catch(() => {});
  }
  /** @param {Unsent} one @param {string} why */
  function later(one, why) {
    one.state = "unsent";
    one.why = why;
    one.timer = setTimeout(() => post(one), RETRY_MS[Math.min(one.tries, RETRY_MS.length - 1)]);
    one.tries += 1;
  }
  const unsent = () => [...held.values()].filter((one) => one.state !== "refused");
  function changed() {
    for (const fn of listeners) fn();
  }

  // ---- what an earlier page left: of this person and agency, sent now
  async function restore() {
    if (!owner) return;
    const found = /** @type {any[]} */ (await inStore("readonly", (store) => store.getAll()).catch(() => []));
    // What a page of an earlier version kept named its task and had one kind of photo.
    const all = /** @type {Unsent[]} */ (found.map((one) => ({ ...one, subject: one.envelope.subject, files: one.files ?? { photo: one.photos } })));
    for (const one of all) {
      if (one.owner !== owner || one.scope !== page.scope || held.has(one.subject)) continue;
      begin(Object.assign(one, { isKept: true }));
      post(one);
    }
  }
  restore();
  addEventListener("online", () => { for (const one of unsent()) post(one); });
  addEventListener("beforeunload", (event) => {
    if (unsent().some((one) => !one.isKept)) event.preventDefault();
  });

  city.outbox = {
    send, of: (subject) => held.get(subject) ?? null,
    /** How many photos were not sent, of one order or of all, and whether all of them outlive the page. */
    photos: (one) => Object.values(one.files).flat().length,
    count: () => unsent().reduce((count, one) => count + city.outbox.photos(one), 0),
    isKept: () => unsent().every((one) => one.isKept),
    isSignedOut: () => unsent().some((one) => one.why === "sign_in"),
    again: (subject) => { const one = held.get(subject); if (one) post(one); },
    drop: (subject) => { if (held.get(subject)?.state === "refused") held.delete(subject); changed(); },
    on: (fn) => { listeners.add(fn); },
  };
})();
