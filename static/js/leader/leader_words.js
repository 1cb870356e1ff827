// Decisions of a leader in words: what one is, and what happens by itself when nobody acts.
import { joined } from "../draw.js";

const ROMAN = ["", "Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"];

/** @param {City} city @param {string} code */
const streetOf = (city, code) => city.words("street." + code) ?? code;

/** What waits: 井盖缺失权属裁定：通信、电力均退单. @param {City} city @param {Row} row */
export function decisionTitle(city, { kind, names }) {
  const { say, words, rows: { holder } } = city, list = (codes, name) => codes.map(name).join(say.say("list.comma"));
  const road = joined(say.road(names.road ?? ""), !names.road && names.street && streetOf(city, names.street));
  if (kind === "ruling") {
    const what = words(`class.${names.kind}.${names.code}`) ?? (names.label || say.say("leader.case"));
    const by = [...new Set(names.refusals.map(([one]) => one))], told = by.length > 1 ? "leader.ruling.all" : by.length === 1 ? "leader.ruling.one" : "leader.ruling.unknown";
    return joined(say.say("leader.ruling", { what, why: say.say(told, { names: list(by, holder) }) }), road);
  }
  if (kind === "level") {
    const values = { from: ROMAN[names.before] || say.say("leader.no_level"), to: ROMAN[names.rank] || say.say("leader.no_level"), why: basis(city, names) };
    return say.say(names.rank > names.before ? "leader.raise" : "leader.lower", values);
  }
  if (kind === "support") {
    const what = joined(names.group && words("relocation.group." + names.group), say.say("leader.support." + names.support, { n: names.n }));
    return say.say("leader.support", { holder: words("street." + names.holder) ?? holder(names.holder), what });
  }
  if (kind === "relocation") {
    const many = names.streets.length > 3, streets = many ? say.say("leader.streets", { n: names.streets.length }) : list(names.streets, (one) => streetOf(city, one));
    return say.say("leader.relocation", { streets, groups: list(names.groups, (one) => words("relocation.group." + one) ?? one), t: say.moment(names.deadline, city.city()) });
  }
  return joined(say.say("leader.casualties", { what: words("incident." + names.kind) ?? "" }), road);
}

/** What a proposal rests on: a measurement over its line, or how many warnings. @param {City} city @param {Row} names */
function basis(city, { measures, warnings, by }) {
  const { say, words } = city, [first] = measures;
  if (first) return say.say("leader.measure", { place: words("station." + first[0]) ?? first[1], value: first[2], limit: first[3], unit: words("band.unit." + first[4]) ?? first[4] });
  return warnings.length > 0 ? say.say("leader.by_warnings", { n: warnings.length }) : say.say("leader.by_person", { name: by ? city.orders.short(by) : "" });
}

/** What happens otherwise: 不裁定：23:10 由洋泾兜底. @param {City} city @param {Row} row */
export function otherwise(city, { kind, then, then_to: to, by_at: at, names }) {
  const { say, words, rows: { holder } } = city;
  const t = at === null ? "" : say.moment(at, city.city()), key = then === "called" ? `leader.then.called_${kind}` : "leader.then." + then;
  const told = say.say(key, { t, to: to ? words("street." + to) ?? holder(to) : "" });
  if (kind !== "level") return told;
  return joined(told, names.tasks > 0 && say.say(names.seats > 0 ? "leader.would" : "leader.would_tasks", { tasks: names.tasks, seats: names.seats }));
}
