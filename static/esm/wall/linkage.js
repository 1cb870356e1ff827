// 联勤联动: the incidents, the worst first, and the rows of their matrix that somebody must look at.
import { card, each, head, html, joined, mark } from "../../js/draw.js";
import { agencyOf, bodyOf, cellOf, COLUMNS, foldedOf, headline, taskOf } from "../../js/linkage/linkage_matrix.js";

const LEAST_PX = 60;

export const mend = card((city, place) => {
  // What stands last in the column has the rest of it: a rest that shows nothing whole is not shown.
  place.drawn = () => {
    const last = document.querySelector('.region-right > [data-cell="sources"]');
    last?.toggleAttribute("data-thin", last.clientHeight < LEAST_PX);
  };
  return (view) => drawn(city, view);
});

/** @param {City} city @param {View} view */
function drawn(city, { scalars: told, order, rows }) {
  const { say } = city, now = city.city(), ids = order.filter((id) => id.startsWith("i:"));
  if (told.open == null || ids.length === 0) return head(say.say("linkage.title"), say.say(told.open === 0 ? "linkage.none" : "unknown"));
  // One incident stands in the head of the card, several below it.
  const [first] = ids, only = ids.length === 1 ? rows.get(first) : null;
  const rest = joined(told.more > 0 && say.say("linkage.more", { n: told.more }), told.more_tasks > 0 && say.say("linkage.more_tasks", { n: told.more_tasks }));
  const count = joined(say.say("linkage.count", { n: told.open }), told.late > 0 && say.say("linkage.late", { n: told.late }), rest);
  const title = only ? joined(say.say("linkage.title"), headline(city, only)) : say.say("linkage.title");
  const hidden = only ? joined(foldedOf(city, only), rest) : "";
  return html`<header><h2>${title}</h2><span class="note">${only ? say.elapsed(only.opened_at, now) : count}</span></header>
    <div class="matrix"><div class="row names"><span>${say.say("linkage.agency_task")}</span>${COLUMNS.map((column) => html`<span>${say.say("linkage.column." + column)}</span>`)}</div>
      ${each(order.filter((id) => !only || id !== first), (id) => (id.startsWith("i:") ? incident(rows.get(id), now) : task(rows.get(id), now)))}</div>
    <p class="calm" ?hidden=${!only || only.tasks > 0}>${say.say("linkage.no_tasks")}</p>
    <footer ?hidden=${hidden === ""}>${hidden}</footer>`;

  function incident(row, at) {
    return html`<div class="incident"><span class="what">${headline(city, row)}</span><span class="folded">${foldedOf(city, row)}</span
      ><span class="time">${say.elapsed(row.opened_at, at)}</span></div>`;
  }
  function task(row, at) {
    return html`<div class="row" data-priority=${row.priority}><span class="who"><b>${agencyOf(city, row.agency)}</b><i>${taskOf(city, row, true)}</i></span>${COLUMNS.map((_, column) => {
      const [told_, level, kind, note] = cellOf(city, row, column, at);
      return html`<span class="at" data-kind=${kind} data-level=${mark(level)}>${bodyOf(told_, note)}</span>`;
    })}</div>`;
  }
}
