// The sign of what a desk has put on this wall: what it is, by whom, when, and the way back.
import { card, html, joined, nothing } from "../../js/draw.js";

export const PICTURE_MS = 5000;

export const mend = card((city) => () => {
  const { say, words } = city, row = city.shown?.() ?? null;
  if (row === null) return html`<p class="chip" hidden></p>`;
  return html`<p class="chip"><span>${joined(...nameOf(row), row.lon === null && !row.view && say.say("shown.unplaced"))}</span
    ><span>${joined(say.say("shown.by", { by: say.person(row.by), t: say.moment(city.toCity(row.at), city.city()) }), say.say("shown.back"))}</span></p>
    ${row.kind === "camera" ? picture(row.id) : nothing}`;

  /** @param {Row} row */
  function nameOf({ kind, label, class: name, road, street }) {
    if (kind === "camera") return [say.say("shown.camera"), label || words("street." + street)];
    if (kind !== "case") return [say.say("shown.view")];
    return [words("class." + name) ?? (label || say.say("class.unknown")), say.road(road) || words("street." + street)];
  }
});

// Nothing is seen of it until it is there, nor when the newest did not come.
const picture = (id) => html`<img class="picture" alt="" hidden @load=${({ target }) => { target.hidden = false; }}
  @error=${({ target }) => { target.hidden = true; }}
  src="/camera/${encodeURIComponent(id)}.jpg?at=${Math.floor(performance.now() / PICTURE_MS)}">`;
