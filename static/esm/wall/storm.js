// Storms: a quiet line each over the map, a second one where it came ashore, and how many more there are.
import { card, each, html, joined } from "../../js/draw.js";

export const mend = card(({ say, city }) => ({ scalars: { more = 0 }, order, rows }) => {
  const now = city();
  return html`<div class="chips">${each(order, (id) => {
    const storm = rows.get(id), hasLanded = storm.landed !== null;
    return html`<p class="chip"><span>${joined(
      say.say("storm.name", { name: say.storm(storm.name) }),
      say.say("storm.fix", { t: say.moment(storm.at, now) }),
      storm.wind_ms !== null && say.say("storm.wind", { n: storm.wind_ms }),
      storm.pressure_hpa !== null && say.say("storm.pressure", { n: storm.pressure_hpa }),
    )}</span><span ?hidden=${!hasLanded}>${hasLanded ? say.say("storm.landed", { t: say.moment(storm.landed, now), place: storm.place }).trim() : ""}</span></p>`;
  })}</div>
    <p class="chip" ?hidden=${more === 0}>${say.say("storm.more", { n: more })}</p>`;
});
