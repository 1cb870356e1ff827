// 待处置: what comes first. Rows are nodes that stay; they change place only when their order does.
import { card, each, head, html, joined, mark, nothing, press, shape } from "../../js/draw.js";

const ROW_PX = 84, FEWEST = 5;
const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));

/** What a list of these rows says above and below them. @typedef {{ head(city: City, view: View): string[], more(city: City, view: View, rest: number): string }} Told */

/** @type {Told} */
const ROUTINE = {
  head: ({ rows, say }, { scalars: { total } }) => [rows.count(total), say.say("queue.order")],
  more: ({ say }, _, rest) => (rest > 0 ? say.say("queue.more", { n: rest }) : ""),
};

/** A wall's list; `told` is what stands around it, `own` what a row says that is no case. @param {Told} told @param {Record<string, (city: City, row: Row, now: number) => { name: string, road: string, second: string, time: [string, string | null] }>} own */
export const listOf = (told, own = {}) => card((city, place) => {
  const { say, words, rows: said } = city, list = () => /** @type {HTMLElement} */ (place.face.querySelector(".queue"));
  // What stands in the list, top to bottom, with what was last told of it; for how many there is room.
  let shown = /** @type {Map<string, Row>} */ (new Map()), room = 1;
  let known = /** @type {Set<string> | null} */ (null), fresh = /** @type {Set<string>} */ (new Set());

  /** @param {Row} row */
  const saidOf = (row) => own[row.what]?.(city, row, city.city()) ?? {
    name: words("class." + row.class) ?? (row.label || say.say("class.unknown")),
    road: say.road(row.road) || words("street." + row.street) || "", second: said.second(row, city.city()), time: said.time(row, city.city()),
  };

  // What is drawn is measured: how many rows there is room for, and how much of its line a class may have.
  place.drawn = () => {
    const fits = Math.max(1, Math.floor(list().clientHeight / ROW_PX));
    if (fits !== room) {
      room = fits;
      return place.redraw();
    }
    Array.from(shown.values()).forEach((row, at) => divide(list().children[at].querySelector(".what"), saidOf(row).name));
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
    const { seat, orders } = city, isIn = Boolean(seat?.isIn()), made = orders.of(id), isLatin = city.page.lang === "en";
    const { road, second: below, time: [time, colour] } = saidOf(row);
    // Latin names are long: there the road stands on the second line, and the class is told whole.
    const second = (isIn && made && seat?.told(made)) || joined(isLatin && road, below);
    const specs = (isTold && isIn && seat?.buttons(row, made)) || [];
    return html`<li data-urgency=${mark(row.urgency)}><span class="mark" data-new=${mark(row.urgency === "critical" && fresh.has(id))}>${shape(row.urgency)}</span>
      <div class="main"><p class="what"><span class="class"></span><span class="road" ?hidden=${isLatin || !road}>${isLatin ? "" : road}</span></p><p class="who">${second}</p></div>
      <span class="time" data-colour=${mark(colour)}>${time}</span>
      ${specs.length > 0 ? html`<div class="pair">${specs.map((spec) => html`<button type="button" ?disabled=${Boolean(spec.off)}
        ${press([id, spec, row.version], ([mark_, what, version]) => seat?.press(mark_, what, version))}>${spec.label}</button>`)}</div>` : nothing}</li>`;
  }
});

export const mend = listOf(ROUTINE);

// One line for class and road. If that is too short the road keeps half of it and the class five glyphs; the class is
// cut here and not by CSS, whose ellipsis would leave a hole before the road. No template writes it.
function divide(what, name) {
  const room = what.clientWidth, road = what.lastChild.textContent, told = [name, road, room].join("\n");
  if (what.citywallTold === told) return;
  what.citywallTold = told;
  const style = getComputedStyle(what), size = parseFloat(style.fontSize);
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const wide = (words) => pen.measureText(words).width;
  const rest = road ? Math.min(wide(road), room / 2) + wide(" · ") + 1 : 0;
  const most = room > 0 ? Math.max(room - rest, (FEWEST + 1) * size) : Infinity;
  what.firstChild.textContent = cut(name, most, wide);
}

function cut(words, most, wide) {
  if (wide(words) <= most) return words;
  const glyphs = [...words];
  while (glyphs.length > FEWEST && wide(glyphs.join("") + "…") > most) glyphs.pop();
  return glyphs.join("").trimEnd() + "…";
}
