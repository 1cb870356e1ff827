// 低洼点 · 避难 · 泵站: what the street watches. A silent gauge is never dry: it says since when there are no data.
import { card, each, head, html, joined, mark } from "../../js/draw.js";

export const mend = card((city) => (view) => {
  const { say, words } = city, { as_of, rows, order } = view;
  return html`${head(say.say("street_places.title"), "")}
    <p class="calm" ?hidden=${as_of === null || order.length > 0}>${say.say("street_places.empty")}</p>
    <ul class="lines">${each(order, (id) => {
      const row = rows.get(id), kind = words("place_kind." + row.kind) ?? row.kind;
      return html`<li data-lost=${mark(row.lost)} data-wet=${mark(row.kind === "low_point" && row.value > 0)}><b>${kind}</b><span>${say.road(row.name)}</span><time>${told(row)}</time></li>`;
    })}</ul>`;

  function told(row) {
    if (row.lost) return joined(say.say("street_places.no_data"), row.as_of !== null && say.say("street_places.since", { t: say.hhmm(city.toCity(row.as_of)) }));
    if (row.has_gauge) return row.value === null ? say.say("street_places.no_data") : `${+row.value.toFixed(1)} ${row.unit}`;
    if (row.kind === "low_point") return say.say("street_places.no_gauge");
    return row.capacity === null ? "" : say.say("street_places.capacity." + row.kind, { n: row.capacity });
  }
});
