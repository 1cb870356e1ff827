// The sentences of the 60-second brief: templates of the catalogue, filled with numbers and times of facts.
const COUNTED = ["closures", "waterlogging", "outage"], TIMEOUTS = 2, ROMAN = ["", "Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"];

/**
 * @param {City} city @param {View} view scalars `figures` and `next`, rows: events
 * @param {{ at: number, figures: Record<string, number> } | null} look the reader's last look
 */
export function briefLines(city, view, look) {
  const { say, rows: { holder } } = city, { figures = {}, next = [] } = view.scalars, now = city.city(), since = look?.at ?? -Infinity;
  const number = (n) => Math.round(n).toLocaleString("en"), lines = /** @type {string[]} */ ([]);
  const events = view.order.map((id) => view.rows.get(id)).filter((one) => one.at > since);
  const levels = events.filter((one) => one.kind === "level"), raised = levels.find((one) => !one.is_exercise) ?? levels[0];
  if (raised && look) lines.push(say.say(raised.is_exercise ? "leader.brief.exercise" : "leader.brief.level", { level: ROMAN[raised.rank] ?? "", t: say.moment(raised.at, now) }));
  for (const key of COUNTED) {
    const [value] = figures[key] ?? [null], before = look?.figures[key];
    if (value === null || value === undefined) continue;
    if (before === undefined) lines.push(say.say(`leader.brief.${key}_now`, { n: number(value) }));
    else if (value !== before) lines.push(say.say(value > before ? `leader.brief.${key}_up` : `leader.brief.${key}_down`, { from: number(before), n: number(value), by: number(Math.abs(value - before)) }));
  }
  const [moved, should] = figures.relocation ?? [null, null];
  if (moved !== null && should > 0) lines.splice(raised && look ? 2 : 1, 0, say.say("leader.brief.relocation", { n: Math.floor((100 * moved) / should) }));
  for (const one of events.filter(({ kind }) => kind === "p1_timeout").slice(0, TIMEOUTS)) {
    const values = { agency: holder(one.agency), to: one.to ? holder(one.to) : "", t: say.moment(one.at, now) };
    lines.push(say.say(one.to ? "leader.brief.taken_over" : "leader.brief.timeout", values));
  }
  const hard = next.map(([kind, place, , at, isExercise]) => (isExercise ? `${say.say("band.drill")} ` : "") + say.say("leader.brief.moment." + kind, { t: say.moment(at, now), place: placeName(city, place) }));
  if (hard.length > 0) lines.push(say.say("leader.brief.hardest", { moments: hard.join(say.say("leader.brief.with")) }));
  return lines;
}

/** A station, a street, the whole district, or a storm's own name. @param {City} city @param {string} place */
function placeName({ say, words }, place) {
  return words("water_station." + place) ?? words("street." + place) ?? (/^\d{6}$/.test(place) ? say.say("band.whole") : say.storm(place));
}
