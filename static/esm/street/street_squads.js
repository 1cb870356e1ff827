// 我的队伍: the street's own units. One whose position is old says since when.
import { card, each, head, html, joined, mark } from "../../js/draw.js";

export const mend = card((city) => (view) => {
  const { say, words } = city, { as_of, scalars, rows, order } = view;
  const note = scalars.lost > 0 ? say.say("street_squads.lost", { n: scalars.lost }) : "";
  return html`${head(joined(say.say("street_squads.title"), scalars.units > 0 && String(scalars.units)), note)}
    <p class="calm" ?hidden=${as_of === null || order.length > 0}>${say.say("street_squads.empty")}</p>
    <ul class="lines">${each(order, (id) => {
      const row = rows.get(id), state = words("unit_state." + row.state) ?? row.state;
      const old = row.lost && say.say("street_squads.silent", { t: row.as_of === null ? "" : say.hhmm(city.toCity(row.as_of)) }).trim();
      return html`<li data-lost=${mark(row.lost)}><b>${say.road(row.call_sign)}</b><span>${joined(words("unit_kind." + row.kind) ?? row.kind, old || state, say.road(row.road))}</span></li>`;
    })}</ul>`;
});
