// The story: one line a fact. The catalogue decides what a line tells: `fact.<Type>` is its beginning,
// `fact.<Type>.<field>` follows when the fact has that field, `fact.<Type>.<field>.true` when it is so.
import { each, html, mark } from "../draw.js";

const SHOWN = 300;
const HOLDERS = new Set(["holder", "to", "from", "co", "candidates", "told", "interim", "agency"]);
const CODES = new Set(["result", "outcome", "mode", "close_kind", "kind", "scope", "principle", "owner_state", "urgency", "danger",
  "purpose", "fields", "satisfaction", "resolved", "overdue", "level", "step", "fault"]);
const TYPED = new Set(["text", "evidence", "hazard_reason", "right_place"]);
const COUNTED = new Set(["photos", "photos_before", "photos_after"]);
const SOURCES = new Set(["client"]);

let known = /** @type {{ words: Record<string, string>, parts: Map<string, [string, string | null, string][]> } | null} */ (null); // by type: [field, wanted, key]
function partsOf(type, words) {
  if (known?.words !== words) {
    const parts = new Map();
    known = { words, parts };
    for (const key of Object.keys(words)) {
      const [group, name, field, wanted] = key.split(".");
      if (group !== "fact" || !field) continue;
      if (!parts.has(name)) parts.set(name, []);
      parts.get(name).push([field, wanted ?? null, key]);
    }
  }
  return known?.parts.get(type) ?? [];
}

// A record of the case's source says that it was reported; the ones after it say how it goes there.
function meant({ type, data: given }, isFirst) {
  const data = given ?? {}, record = data.record ?? data;
  if (type !== "CaseReported") return [type, data];
  const client = record.client ?? data.client;
  return isFirst ? [type, { ...data, client }] : ["CaseStatusChanged", { client, state: record.mirror?.state, agency: record.mirror?.agency }];
}

// A refusal in the ledger, in the words in which it was told: its moments are ISO 8601 there.
function refusal(city, voice, { reason, names, winner, code }) {
  const told = Object.fromEntries(Object.entries(names ?? {}).map(([name, value]) => [name, name.endsWith("_at") ? voice.epoch(value) : value]));
  const won = winner && { ...winner, at: voice.epoch(winner.at) };
  return city.orders.refusal({ code, key: reason, reason: String(reason ?? ""), names: told, winner: won ?? undefined });
}

// What a fact says, as one line of words.
export function line(city, voice, fact, isFirst = true) {
  const words = city.page.words, [type, data] = meant(fact, isFirst);
  if (words["fact." + type] === undefined) return city.say.say("fact.other", { type });
  const gaps = {};
  for (const [name, value] of Object.entries(data)) gaps[name] = told(city, voice, name, value);
  gaps.class = [voice.words(`class.${data.kind}.${data.code}`), voice.dashed(data.code)].filter(Boolean).join(" ");
  if (Array.isArray(data.reasons) && data.reasons.length > 0) {
    // Each step of the rules said why; the principle is a part of what they say.
    gaps.reasons = data.reasons.map((reason) => voice.why("why", reason?.why, reason?.names)).filter(Boolean).join(city.say.say("fact.gap"));
    if (gaps.reasons) gaps.principle = "";
  }
  if (type === "CaseEscalated") gaps.why = voice.why("escalate", data.why, data.names);
  if (type === "CommandRefused") gaps.why = refusal(city, voice, data);
  const parts = partsOf(type, words).filter(([field, wanted]) => wanted === null
    ? data[field] !== false && data[field] !== 0 && gaps[field] : String(data[field]) === wanted);
  const first = city.say.say("fact." + type, gaps).replace(/[（(]\s*[）)]/, "").trimEnd();
  const late = data.acted_at ? city.say.say("field.late", { t: voice.moment(data.acted_at) }) : "";
  return [first, ...parts.map(([, , key]) => city.say.say(key, gaps)), late].filter(Boolean).join(city.say.say("fact.gap"));
}

function told(city, voice, name, value) {
  if (voice.isNothing(value)) return "";
  if (COUNTED.has(name)) return Array.isArray(value) ? String(value.length || "") : String(value);
  if (HOLDERS.has(name)) return voice.list(value, voice.holder);
  if (name === "reason") return voice.words("code.reason." + value) ?? String(value);
  if (name === "type") return typeName(city, value);
  if (name === "verb") return voice.verb(value);
  if (CODES.has(name)) return voice.list(value, (one) => voice.code(name, one));
  if (TYPED.has(name)) return voice.quote(value);
  if (SOURCES.has(name)) return voice.words("source." + value) ?? String(value);
  if (name === "state") return voice.state(value);
  if (name === "share") return String(Math.round(Number(value)));
  if (name === "into" || name === "by") return short(value);
  if (name.endsWith("_s") && typeof value === "number") return city.say.coarse(value);
  if (name.endsWith("_m") && typeof value === "number") return String(Math.round(value));
  if (name.endsWith("_at") || name.endsWith("_by") || name === "until") return name === "proposed_by" ? String(value) : voice.moment(value);
  if (typeof value === "object") return Array.isArray(value) ? value.map(String).join(" ") : "";
  return String(value);
}
// A fact's own name in words, without what it names: "升级" of CaseEscalated.
function typeName(city, type) {
  const words = city.page.words["fact." + type];
  return words === undefined ? String(type) : words.replace(/[（(]?\{\w+\}[）)]?/g, "").replace(/[▸：:]\s*$/, "").trim();
}
const short = (key) => String(key).split("/").at(-1);

// Who did it: "陈××（值班员 2席）"; what no person did is the system's.
export function by(city, voice, fact) {
  const isPerson = fact.name || (fact.role && fact.role !== "system");
  return isPerson ? voice.who(fact.name, voice.role(fact)) : city.say.say("fact.system");
}

/** The list, newest first, a node a fact. @param {City} city @param {Voice} voice @param {any[] | undefined} story */
export function storyOf(city, voice, story = []) {
  // What was for a system that nobody ever set up went nowhere: that is no event.
  const told = story.filter((fact) => !(fact.type === "OutboxDelivered" && fact.data?.status === "kept"));
  const newest = [...told].sort((a, b) => b.position - a.position);
  const first = newest.findLast((fact) => fact.type === "CaseReported");
  const facts = new Map(newest.slice(0, SHOWN).map((fact) => [String(fact.position), fact]));
  return html`<ol class="story" ?hidden=${facts.size === 0}>${each(facts.keys(), (id) => {
    const fact = facts.get(id);
    return html`<li data-refused=${mark(fact.type === "CommandRefused")} data-undone=${mark(fact.undone === true)}><time>${voice.moment(fact.at)}</time
      ><span class="said">${line(city, voice, fact, fact === first || first === undefined)}</span><span class="by">${by(city, voice, fact)}</span></li>`;
  })}</ol>`;
}
