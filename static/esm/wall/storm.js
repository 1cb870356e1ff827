// Storms: quiet lines each over the map, another one where it came ashore, and how many more there are.
import { card, each, html, joined } from "../../js/draw.js";

export const mend = card(({ say, city }) => ({ scalars: { more = 0 }, order, rows }) => {
  const now = city();
  return html`<div class="chips">${each(order, (id) => {
    const storm = rows.get(id), hasLanded = storm.landed !== null;
    const force = joined(storm.wind_ms !== null && say.say("storm.wind", { n: storm.wind_ms }), storm.pressure_hpa !== null && say.say("storm.pressure", { n: storm.pressure_hpa }));
    return html`<p class="chip"><span>${say.say("storm.name", { name: say.storm(storm.name) })}</span><span>${say.say("storm.fix", { t: say.moment(storm.at, now) })}</span><span ?hidden=${force === ""}>${force}</span><span ?hidden=${!hasLanded}>${hasLanded ? say.say("storm.landed", { t: say.moment(storm.landed, now), place: storm.place }).trim() : ""}</span></p>`;
  })}</div>
    <p class="chip" ?hidden=${more === 0}>${say.say("storm.more", { n: more })}</p>`;
});
