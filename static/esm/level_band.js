// The band of the response level: what is in force, since when and by whom; what may get worse next. It also tells the
// page which level frames it and which of its two faces it shows. A level is told in words, the colour only repeats it.
import { card, html, joined, mark } from "../js/draw.js";

const ROMAN = ["", "Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"], SOON_S = 43200;

export const mend = card((city) => (view) => {
  const { mend: { mark: set }, say, words } = city, now = city.city(), { order, rows, scalars: told } = view;
  const [first] = order, level = first === undefined ? null : rows.get(first);
  const isOver = level === null && told.mode === "recovery", kind = level ? (level.is_exercise ? "exercise" : "level") : isOver ? "recovery" : null;
  const page = document.getElementById("page");
  set(page, "band", kind);
  set(page, "face", (city.wall?.face ? city.wall.face(told) : told.mode === "emergency") ? "emergency" : null);
  set(document.body, "frame", kind === "level" ? level.rank : kind === "exercise" ? "exercise" : null);
  if (isOver) {
    return html`<div class="band" data-kind="recovery" role="status"><b class="band-title">${say.say("band.recovery", { n: told.recovery_open ?? "—" })}</b
      ><span class="band-facts">${(told.recovery_since ?? null) !== null && say.say("band.since", { t: say.moment(told.recovery_since, now) })}</span></div>`;
  }
  if (level === null) return html`<div class="band" hidden></div>`;
  const others = order.slice(1).map((id) => named(rows.get(id), true)).join(say.say("list.comma"));
  const facts = [[say.say("band.since", { t: say.moment(level.since, now) })], ...by(level, now), [cityLevel(level)],
    [say.elapsed(level.since, now), "", "long"], [others && say.say("band.others", { levels: others })]].filter(([words_]) => words_);
  return html`<div class="band" data-kind=${mark(kind)} data-rank=${level.rank} role="status"><b class="drill" ?hidden=${!level.is_exercise}>${say.say("band.drill")}</b
    ><b class="band-title">${named(level, false)}</b
    ><span class="band-facts">${facts.map(([words_, colour, what]) => html`<span class=${what ?? ""} data-colour=${mark(colour)}>${words_}</span>`)}</span
    ><span class="band-ahead" ?hidden=${told.next.length === 0}><span class="band-name">${say.say("band.next")}</span><span class="band-ones">${told.next.filter((one) => !shorter(one)).map((one) => html`<span>${next(one, now)}</span>`)}</span></span
    ><b class="drill" ?hidden=${!level.is_exercise}>${say.say("band.drill_end")}</b></div>`;

  /** "Ⅱ级响应 · 防汛防台"; among others "演练 Ⅱ级 防汛防台". @param {Row} one @param {boolean} isShort */
  function named(one, isShort) {
    const values = { level: ROMAN[one.rank] ?? "", hazard: words("band.hazard." + one.hazard) ?? one.hazard };
    const place = words("street." + one.jurisdiction);
    const name = joined(place, say.say(isShort ? "band.short" : "band.title", values));
    return isShort && one.is_exercise ? `${say.say("band.drill")} ${name}` : name;
  }
  /** Who decided: a spoken order tells who wrote it down, and until when it must be written. @param {Row} one @param {number} at @returns {string[][]} */
  function by(one, at) {
    const title = words("role." + one.by_title) ?? one.by_title;
    const who = one.by && title && !/[（(]/.test(one.by) ? say.say("band.person", { name: one.by, title }) : say.person(one.by) || title;
    if (one.decided === "approved") return [[who && say.say("band.approved", { who })]];
    if (one.decided !== "verbal") return [[words("band.decided." + one.decided) ?? ""]];
    const isDue = !one.written && one.write_by !== null;
    return [
      [say.say("band.verbal", { who })], [one.recorded_by && say.say("band.recorded", { who: say.person(one.recorded_by) })],
      isDue ? [say.say("band.write", { left: say.left(one.write_by, at) }), at > one.write_by ? "red" : "orange"] : [one.written ? say.say("band.written") : ""],
    ];
  }
  /** @param {Row} one */
  function cityLevel(one) {
    return one.city_rank > 0 ? say.say("band.city", { level: ROMAN[one.city_rank] ?? "" }) : say.say("band.city_none");
  }
  /** The rain of an hour, of which rain of three hours is told in the same line. @param {Row} one */
  function shorter(one) {
    return one.kind === "rain_3h" && told.next.find((other) => other.kind === "rain_1h" && ["place", "source", "source_at", "exercise"].every((name) => other[name] === one[name]));
  }
  /** "04:12 高潮位 4.90米（警戒4.55）", a landfall with the time that is left; then who said so, and when. @param {Row} one @param {number} at */
  function next(one, at) {
    const digits = one.unit === "m" ? 2 : 0, number = (n) => n.toFixed(digits), unit = words("band.unit." + one.unit) ?? one.unit;
    const isWhole = order.some((id) => rows.get(id).jurisdiction === one.place); // of the whole district the band need not say the name
    const place = isWhole ? say.say("band.whole") : words("water_station." + one.place) ?? words("street." + one.place) ?? say.storm(one.place);
    const isSoon = one.at >= at && one.at - at < SOON_S; // "04:12" of this night is told without its day
    const values = { t: isSoon ? say.hhmm(one.at) : say.moment(one.at, at), place, value: one.value === null ? "—" : number(one.value) + unit };
    const isOver = one.value !== null && one.line !== null && one.value >= one.line, longer = told.next.find((other) => shorter(other) === one);
    const more = longer ? say.say("band.next.and_3h", { t: say.hhmm(longer.at), value: number(longer.value) + unit }) : "";
    return html`<b data-colour=${mark(isOver && "orange")}>${one.exercise ? `${say.say("band.drill")} ` : ""}${say.say("band.next." + one.kind, values)}${more}</b>${one.line === null ? "" : say.say("band.line", { line: number(one.line) })}${
      one.unit === "km" ? ` ${say.left(one.at, at)}` : ""}<small><span class="office">${words("code.source." + one.source) ?? say.road(one.source)} </span>${say.moment(one.source_at, at)}</small>`;
  }
});
