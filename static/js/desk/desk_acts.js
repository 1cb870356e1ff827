// What may be done with a case: the verbs that one click is enough for, and those that open a form. The
// server says which of them the person at this desk may give now; what it does not name has no button.
const REASONS = {
  reject: ["no_problem", "out_of_district", "emergency_handed_over", "not_city_matter"],
  void: ["duplicate_in_error", "test_data"],
};
const ASKS = ["asked", "no_owner", "boundary_strip", "shared_facility", "city_district"];
const ORDER_KINDS = ["advice", "review", "ordinary", "complex"];
const SATISFIED = ["very_satisfied", "satisfied", "basically", "dissatisfied", "unreachable"];
const RESOLVED = ["solved", "partly", "unsolved"];

// In the order in which they stand; the first group is seen, the rest is behind 更多.
const FIRST = ["send_for_ruling", "send_unit", "acknowledge", "escalate", "dispatch", "reassign", "remind", "supervise",
  "decide_extension", "decide_suspension", "confirm_void", "resume", "answer_level", "check", "call_back", "contact", "show", "open_incident"];
const SEEN = 8;
const REST = ["undo", "request_ruling", "merge", "request_verification", "transfer_up", "answer_city", "decide_appeal", "classify_order", "comment", "report_rule_error", "reopen", "void"];
const TARGETS = 3;
const BY_INTAKE = new Set(["file", "reject", "merge", "request_verification"]);

// {seen, more} of a case, each [{id, verb, label, args, to}], primary first; `args` null = opens a form. `may`
// says what the person may give now, `isIntake` that filing has its own sheet, `isUndoing` that an undo line stands.
export function buttonsOf(city, voice, record, reply, { may, isIntake, isUndoing }) {
  const offered = (record.verbs ?? []).filter((verb) => FIRST.includes(verb)), found = [];
  for (const verb of new Set([...offered, ...FIRST, ...REST])) {
    if ((isIntake && BY_INTAKE.has(verb)) || (isUndoing && verb === "undo") || !may(verb)) continue;
    found.push(...buttons(city, voice, verb, record, reply));
  }
  const seen = found.filter((button) => !button.isRest);
  return { seen: seen.slice(0, SEEN), more: [...seen.slice(SEEN), ...found.filter((button) => button.isRest)] };
}

// What one click orders, as in a row of the queue (order_words.js); and the form of those that may need more.
function buttons(city, voice, verb, record, reply) {
  const { orders } = city, name = voice.verb(verb), isRest = REST.includes(verb), units = reply?.nearby?.units ?? [];
  const form = () => ({ id: verb, verb, label: voice.say("detail.other_than", { verb: name }), args: null, isRest: true });
  if (verb === "open_incident") return [{ id: verb, verb, label: voice.say(record.incident ? "linkage.open" : "linkage.begin"), args: {} }];
  if (verb === "show") return [{ id: verb, verb, label: voice.say("detail.show"), args: {} }];
  if (verb === "reassign" || verb === "dispatch") {
    const ranked = (record.targets ?? []).slice(0, TARGETS).map((one, place) => {
      const button = orders.button(record, verb, one);
      return { ...button, id: `${verb}:${one}`, label: isKeyed(record, verb) ? voice.say("detail.keyed", { label: button.label, n: place + 1 }) : button.label };
    });
    return ranked.length > 0 ? [...ranked, form()] : [{ id: verb, verb, label: name, args: null }];
  }
  const button = orders.button({ ...record, nearest_unit: units[0] ?? record.nearest_unit ?? null }, verb);
  if (verb === "send_unit") {
    if (!button.args) return [];
    return [{ ...button, id: `${verb}:1` }, ...(units.length > 1 ? [form()] : [])];
  }
  if (verb === "send_for_ruling") return button.off || record.ruling?.sent_at ? [] : [{ ...button, id: verb, label: voice.say("detail.send_for_ruling") }];
  return button ? [{ ...button, id: verb, isRest }] : [];
}
// The keys 1 to 3 mean whom the row offers to reassign to, or else to dispatch to.
const isKeyed = ({ verbs = [] }, verb) => verbs.includes(verb) && (verb === "reassign" || !verbs.includes("reassign"));

// Why something that one would look for is not there: worth a line where a rule says no, not where the case is
// simply elsewhere in its life.
const LOOKED_FOR = new Set(["reassign", "escalate", "dispatch", "file", "send_for_ruling", "rule"]);
export const isWorthSaying = ({ verb, why_not: why }) => LOOKED_FOR.has(verb) && !/^(state_|no_|not_|nothing_)/.test(why);

// The form of a verb, as a value for desk_forms.js; null when it has none here.
export function formSpec(voice, verb, record, reply, holders, candidates = []) {
  const { say } = voice, fields = (FORMS[verb] ?? (() => null))(voice, record, reply, holders, candidates);
  return fields && { key: verb, title: voice.verb(verb), fields, submit: say("detail.submit", { what: voice.verb(verb) }) };
}

const label = (voice, name) => voice.say("detail.field." + name);
const words = (voice, required = true, name = "text") => ({ name, kind: "area", label: label(voice, name), required });
const options = (voice, group, values) => values.map((value) => [value, voice.code(group, value)]);
const choice = (voice, name, values, required = true, value) => ({
  name, kind: "choice", label: label(voice, name), options: options(voice, name, values), required, value });
const yesNo = (voice, name, yes, no) => ({
  name, kind: "choice", label: label(voice, name), options: [[true, voice.say("detail." + yes)], [false, voice.say("detail." + no)]], required: true });

// Ranked ones as buttons, everybody else from a list.
function whom(voice, record, holders) {
  const ranked = (record.targets ?? []).slice(0, TARGETS);
  return [
    { name: "to", kind: "choice", label: label(voice, "to"), options: ranked.map((one) => [one, voice.holder(one)]), required: (told) => !told.other, value: ranked[0] ?? null,
      when: (told) => ranked.length > 0 && !told.other },
    { name: "other", kind: "pick", label: label(voice, "other"), options: holders.map((one) => [one, voice.holder(one)]), required: ranked.length === 0 },
  ];
}
const refusedBy = (record) => new Set((record.bounces ?? []).map((bounce) => bounce.holder));
const evidence = (voice, record) => ({
  ...words(voice, true, "evidence"), when: (told) => refusedBy(record).has(told.other || told.to) });

const FORMS = {
  reject: (voice) => [why(voice, "reject"), { name: "right_place", kind: "text", label: label(voice, "right_place"), required: true,
    when: (told) => told.reason === "not_city_matter" }],
  void: (voice) => [why(voice, "void"), words(voice)],
  dispatch: (voice, record, reply, holders) => [...whom(voice, record, holders), ...(record.skip_rules ? [yesNo(voice, "skip_rules", "skip_rules", "by_rules")] : []),
    { ...evidence(voice, record), when: (told) => !told.skip_rules && refusedBy(record).has(told.other || told.to) }],
  reassign: (voice, record, reply, holders) => [...whom(voice, record, holders), evidence(voice, record),
    { ...words(voice, record.handled_at != null) }],
  request_ruling: (voice) => [choice(voice, "reason", ASKS, false)],
  transfer_up: (voice) => [words(voice), { name: "to", kind: "text", label: label(voice, "city_channel"), required: false }],
  answer_city: (voice) => [yesNo(voice, "done", "city_done", "city_back"), words(voice)],
  decide_extension: (voice) => [yesNo(voice, "approved", "yes", "no"), words(voice, false)],
  decide_suspension: (voice) => [yesNo(voice, "approved", "yes", "no")],
  decide_appeal: (voice) => [yesNo(voice, "upheld", "upheld", "not_upheld"), words(voice, false)],
  answer_level: (voice) => [yesNo(voice, "accepted", "accept", "send_back"), words(voice, false)],
  check: (voice) => [choice(voice, "mode", ["caller_confirmed", "video"]), yesNo(voice, "passed", "passed", "failed"),
    { ...words(voice, true, "reason"), when: (told) => told.passed === false }],
  call_back: (voice) => [choice(voice, "satisfaction", SATISFIED), choice(voice, "resolved", RESOLVED)],
  classify_order: (voice) => [{ name: "kind", kind: "choice", label: label(voice, "order_kind"), options: options(voice, "kind", ORDER_KINDS), required: true },
    words(voice, false)],
  send_unit: (voice, record, reply) => [{ name: "unit", kind: "choice", label: label(voice, "unit"), required: true,
    options: (reply?.nearby?.units ?? []).map((unit) => [unit.unit, voice.reach(unit)]) }],
  supervise: (voice) => [words(voice)],
  reopen: (voice) => [words(voice)],
  comment: (voice) => [words(voice)],
  report_rule_error: (voice) => [words(voice)],
  merge: (voice, record, reply, holders, candidates) => [{ name: "into", kind: "choice", label: label(voice, "into"), required: true,
    options: candidates.map((one) => [one.mark, mergeLine(voice, one)]) }],
  undo: (voice) => [words(voice, true, "reason")],
};
const why = (voice, verb) => choice(voice, "reason", REASONS[verb]);

// One case that this one may be merged into, as a line of words.
export function mergeLine(voice, one) {
  return voice.say("detail.merge_line", { what: voice.className(one), place: voice.place(one), m: Math.round(one.metres ?? 0), n: one.callers ?? 1,
    t: voice.moment(one.at), state: voice.state(one.state) });
}

// "other" is ours: it only says whom, when none of the ranked ones is meant.
export function tidy(args) {
  const { other, ...rest } = args;
  return other ? { ...rest, to: other } : rest;
}
