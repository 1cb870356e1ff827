// 待处置: what comes first. Rows are nodes that stay; they change place only when their order does.
import { card, each, head, html, joined, mark, nothing, press, shape } from "../../js/draw.js";

const ROW_PX = 84;
const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/** What a list of these rows says above and below them. @typedef {{ head(city: City, view: View): string[], more(city: City, view: View, rest: number): string }} Told */

/** @type {Told} */
const ROUTINE = {
  head: ({ rows, say }, { scalars: { total } }) => [rows.count(total), say.say("queue.order")],
  more: ({ say }, _, rest) => (rest > 0 ? say.say("queue.more", { n: rest }) : ""),
};

/** A wall's list; `told` is what stands around it, `own` what a row says that is no case. @param {Told} told @param {Record<string, (city: City, row: Row, now: number) => { name: string, road: string, second: string, time: [string, string | null] }>} own */
export const listOf = (told, own = {}) => card((city, place) => {
  const { say, words, rows: said } = city, isLatin = city.page.lang === "en", list = () => /** @type {HTMLElement} */ (place.face.querySelector(".queue"));
  // What stands in the list, top to bottom, with what was last told of it; for how many there is room.
  let shown = /** @type {Map<string, Row>} */ (new Map()), room = 1;
  let known = /** @type {Set<string> | null} */ (null), fresh = /** @type {Set<string>} */ (new Set());

  /** @param {Row} row */
  function saidOf(row) {
    const now = city.city(), one = own[row.what]?.(city, row, now);
    if (one) return { ...one, seconds: { first: one.second, more: [], last: "" } };
    return {
      name: words("class." + row.class) ?? (row.label || say.say("class.unknown")),
      road: say.road(row.road) || words("street." + row.street) || "", seconds: said.seconds(row, now), time: said.time(row, now),
    };
  }
  /** @param {string} id @param {ReturnType<typeof saidOf>} one @param {boolean} isBelow whether the road stands below its class */
  function secondOf(id, { road, seconds }, isBelow) {
    const { seat, orders } = city, made = orders.of(id), answer = seat?.isIn() && made && seat.told(made);
    if (answer) return { first: answer, more: [], last: "" };
    return isBelow ? { ...seconds, first: joined(road, seconds.first) } : seconds;
  }

  // What is drawn is measured: how many rows there is room for, and what of a row.
  place.drawn = () => {
    const fits = Math.max(1, Math.floor(list().clientHeight / ROW_PX));
    if (fits !== room) {
      room = fits;
      return place.redraw();
    }
    Array.from(shown).forEach(([id, row], at) => {
      const node = list().children[at], what = /** @type {HTMLElement} */ (node.querySelector(".what")), one = saidOf(row), isBelow = one.road !== "" && (isLatin || !hasRoom(what, one.name, one.road));
      what.toggleAttribute("data-long", isBelow);
      fit(node.querySelector(".who"), secondOf(id, one, isBelow));
    });
  };

  return (view) => {
    const { total, rows: places = total, earliest_due: later = null, gaps } = view.scalars, now = city.city(), missing = city.gaps(gaps);
    choose(view);
    const hidden = view.order.filter((id) => !shown.has(id)), rest = (places ?? 0) - shown.size;
    const dues = [...hidden.map((id) => said.until(view.rows.get(id))), later].filter((due) => due !== null), first = Math.min(...dues);
    const until = dues.length === 0 ? "" : first >= now
      ? say.say("queue.earliest", { t: say.moment(first, now) }) : say.say("queue.longest", { t: say.coarse(now - first) });
    const why = said.places(total, places), [title, order] = told.head(city, view), more = told.more(city, view, rest);
    return html`${head(title, missing || order, missing !== "")}
      <ol class="queue" ?hidden=${shown.size === 0}>${each(shown.keys(), (id) => line(id, shown.get(id) ?? {}, view.rows.has(id)))}</ol>
      <p class="calm" ?hidden=${view.order.length > 0}>${say.say(total === 0 ? "queue.empty" : "unknown")}</p>
      <footer ?hidden=${more === "" && why === ""}>${joined(more, until, why)}</footer>`;
  };

  // While a seat is signed in nothing changes place, and what is over keeps its own.
  /** @param {View} view */
  function choose({ as_of: at, order, rows }) {
    const isHeld = shown.size > 0 && Boolean(city.seat?.isIn()) && list().matches(":hover");
    const ids = isHeld ? [...shown.keys()] : order.slice(0, room), before = known;
    shown = new Map(ids.map((id) => [id, rows.get(id) ?? shown.get(id)]));
    if (at === null) return;
    known = new Set(order);
    fresh = new Set(order.filter((id) => before !== null && (!before.has(id) || fresh.has(id))));
  }

  /** @param {string} id @param {Row} row @param {boolean} isTold */
  function line(id, row, isTold) {
    const { seat, orders } = city, isIn = Boolean(seat?.isIn()), made = orders.of(id), { name, road, time: [time, colour] } = saidOf(row);
    const specs = (isTold && isIn && seat?.buttons(row, made)) || [];
    return html`<li data-urgency=${mark(row.urgency)}><span class="mark" data-new=${mark(row.urgency === "critical" && fresh.has(id))}>${shape(row.urgency)}</span>
      <div class="main"><p class="what"><span class="class">${name}</span><span class="road" ?hidden=${!road}>${road}</span></p><p class="who"></p></div>
      <span class="time" data-colour=${mark(colour)}>${time}</span>
      ${specs.length > 0 ? html`<div class="pair">${specs.map((spec) => html`<button type="button" ?disabled=${Boolean(spec.off)}
        ${press([id, spec, row.version], ([mark_, what, version]) => seat?.press(mark_, what, version))}>${spec.label}</button>`)}</div>` : nothing}</li>`;
  }
});

export const mend = listOf(ROUTINE);

// Class and road stand whole: a road that has no room beside its class begins the second line, as all Latin ones do.
function hasRoom(what, name, road) {
  const told = [name, road, what.clientWidth].join("\n");
  if (what.citywallTold !== told) {
    const style = getComputedStyle(what);
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    what.citywallHasRoom = what.clientWidth === 0 || pen.measureText(`${name} · ${road}`).width <= what.clientWidth;
    what.citywallTold = told;
  }
  return what.citywallHasRoom;
}

// Two lines for what stands below. If they are too short, what a row can do without is left out, the last of it first: the
// next step stands at the end and is never cut. No template writes it.
function fit(who, { first, more, last }) {
  const told = [first, ...more, last, who.clientWidth].join("\n");
  if (who.citywallTold === told) return;
  who.citywallTold = told;
  for (let count = more.length; count >= 0; count--) {
    who.textContent = [first, ...more.slice(0, count), last].filter(Boolean).join("\u00A0· "); // no line begins with the dot
    if (who.scrollHeight <= who.clientHeight + 1) return;
  }
}
