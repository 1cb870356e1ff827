// 数据源: lamps. Live is a grey dot and a name; late a hollow amber ring; lost a cross with its moment.
import { card, each, head, html, shape } from "../../js/draw.js";

const LINE_PX = 30;

export const mend = card((city, { face }) => (view) => {
  const { say, words } = city, height = face.querySelector(".sources")?.clientHeight ?? 0;
  const room = Math.max(2, 2 * Math.floor(height / LINE_PX)), { order, rows } = view;
  const isWell = order.every((id) => rows.get(id).freshness === "live");
  const note = order.length === 0 ? say.say("unknown")
    : order.length > room ? say.say("more.plain", { n: order.length - room }) : isWell ? say.say("sources.well", { n: order.length }) : "";

  return html`${head(say.say("sources.title"), note)}
    <ul class="sources" ?hidden=${order.length === 0}>${each(order.slice(0, room), (id) => {
      const source = rows.get(id);
      return html`<li data-freshness=${source.freshness}><span class="lamp">${shape(source.freshness)}</span
        ><span class="name">${words("source." + id) ?? id}</span><span class="age">${aged(source)}</span></li>`;
    })}</ul>`;

  function aged(source) {
    if (source.freshness === "late") return say.late(source.heard_at, city.machine());
    if (source.freshness === "lost") return source.heard_at === null ? say.say("sources.never") : say.lost(city.toCity(source.heard_at), city.city());
    return source.skew_s ? say.say("sources.skew", { t: say.coarse(Math.abs(source.skew_s)) }) : "";
  }
});
