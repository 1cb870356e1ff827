// 联动处置: the incidents of the agency's tasks, all rows of their matrix, and what the joint session decided for it.
import { card, each, head, html, joined, mark, nothing } from "../js/draw.js";
import { agencyOf, cellOf, COLUMNS, headline, taskOf } from "../js/linkage_matrix.js";

const OVER = new Set(["verified", "declined", "cancelled"]);

export const mend = card((city) => ({ as_of, scalars, order, rows }) => {
  const { say, words, page } = city, now = city.city();
  const incidents = order.filter((id) => id.startsWith("i:"));
  return html`${head(say.say("agency_incidents.title"), "")}
    <p class="calm" ?hidden=${as_of === null || scalars.incidents > 0}>${say.say("agency_incidents.empty")}</p>
    ${each(incidents, (id) => incident(rows.get(id)))}`;

  function incident(row) {
    const tasks = order.filter((id) => id.startsWith("t:") && rows.get(id).incident === row.id);
    const lines = order.filter((id) => id.startsWith("s:") && rows.get(id).incident === row.id);
    return html`<section class="incident"><h3>${headline(city, row)}</h3><p class="note">${joined(words("incident_state." + row.state), say.elapsed(row.opened_at, now))}</p>
      ${each(lines, (id) => html`<p class="line"><time>${say.hhmm(rows.get(id).at)}</time><b>${say.say("agency.session")}</b><span>${rows.get(id).text}</span></p>`)}
      <div class="matrix"><div class="row names"><span>${say.say("linkage.agency_task")}</span>${COLUMNS.map((column) => html`<span>${say.say("linkage.column." + column)}</span>`)}</div>
        ${each(tasks, (id) => task(rows.get(id)))}</div></section>`;
  }
  function task(row) {
    const isOver = OVER.has(row.state), isDropped = isOver && row.state !== "verified";
    return html`<div class="row" data-own=${mark(row.agency === page.scope)} data-over=${mark(isOver)}><span class="who"><b>${agencyOf(city, row.agency)}</b><i>${taskOf(city, row)}</i></span>${isDropped
      ? html`<span class="dropped">${words("task_state." + row.state) ?? row.state}</span>`
      : COLUMNS.map((_, column) => {
        const [told, level, kind] = cellOf(city, row, column, now), [used, limit] = told.split("/");
        return html`<span class="at" data-kind=${kind} data-level=${mark(level)}>${used}${limit ? html`<small>/${limit}</small>` : nothing}</span>`;
      })}</div>`;
  }
});
