// The page without network: since when, what the phone keeps, and the report, which goes out when the network is back.
// It shows nothing of the city: that would be old.
const told = JSON.parse(document.getElementById("citywall-offline")?.textContent ?? "{}");
const stored = (/** @type {string} */ name) => window.citywallPhone.get(name).catch(() => undefined);
const last = (await stored("person")) ?? {}, heardAt = (await stored("heard")) ?? null;
const lang = new URL(location.href).searchParams.get("lang") === "en" || last.lang === "en" ? "en" : "zh";
const words = told.words[lang], say = window.citywallGrammar(words, told.zone), verbs = new Set(last.verbs ?? []);
const CHECK_MS = 3000;

// What the cards of the field need of a page, without a server: the phone's own clock, and the person of the last page.
const page = {
  ...told, words, lang, channel: last.channel ?? "station", scope: last.scope ?? "",
  person: last.owner ? { name: "", role: "", seat: "", person_mark: last.owner, holder: last.holder ?? "", verbs: last.verbs ?? [] } : null,
};
const city = /** @type {any} */ ({
  page, say, mend: window.citywallMend, words: (/** @type {string} */ key) => words[key],
  city: () => Date.now() / 1000, machine: () => Date.now() / 1000, toCity: (/** @type {number} */ at) => at,
  beat: () => null, session: () => "lost", state: () => ({ age: Infinity }),
  orders: { isLive: () => true, may: (/** @type {string} */ verb) => verbs.has(verb), refusal: ({ key, reason }) => words["refusal." + key] ?? reason },
});
window.citywall = city;

const script = (/** @type {string} */ name) => new Promise((done, failed) => {
  const node = document.createElement("script");
  node.src = `${told.static}/js/field/${name}.js?v=${told.build}`;
  node.onload = done;
  node.onerror = failed;
  document.head.append(node);
});
await script("outbox");
await script("field");

const main = /** @type {HTMLElement} */ (document.getElementById("page"));
document.documentElement.lang = lang === "zh" ? "zh-CN" : lang;
const made = (/** @type {string} */ tag, /** @type {string} */ name, /** @type {string} */ text) => {
  const node = document.createElement(tag);
  node.className = name;
  node.textContent = text;
  return node;
};
const head = made("header", "offline-head", ""), state = made("p", "offline-unsent", "");
const since = heardAt === null ? say.say("field.offline.plain") : say.say("field.offline", { t: say.moment(heardAt / 1000, Date.now() / 1000) });
const again = made("button", "offline-again", say.say("field.again"));
again.addEventListener("click", () => location.reload());
head.append(made("h1", "", since), made("p", "", say.say("field.offline.why")), state, again);
main.append(head);

const report = document.createElement("div");
report.className = "cell cell-card";
const root = report.attachShadow({ mode: "open" }), sheet = new CSSStyleSheet();
const texts = await Promise.all(told.sheets.map(async (/** @type {string} */ name) => (await fetch(`${told.static}/css/${name}.css?v=${told.build}`)).text()));
sheet.replaceSync(texts.join("\n"));
root.adoptedStyleSheets = [sheet];
const face = made("section", "card card-field_report", "");
root.append(face);
main.append(report);
const { mend } = await import(`${told.static}/@${told.build}/esm/field/field_report.js`);

function draw() {
  const waiting = city.outbox.waiting();
  state.textContent = waiting.length > 0 ? `${say.say("field.waiting", { n: waiting.length, t: say.hhmm(waiting[0].born / 1000) })} · ${say.say("field.kept")}` : say.say("field.offline.none");
  mend(face, { as_of: null, scalars: {}, order: [], rows: new Map() }, city);
}
city.outbox.on(draw);
draw();

// Back to the page as soon as its server answers.
setInterval(async () => {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
}, CHECK_MS);
export default city;
