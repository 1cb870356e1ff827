// 联动处置: the incidents of the agency's tasks, all rows of their matrix, and what the joint session decided for it.
import { card, each, head, html, joined, mark, nothing, press } from "../../js/draw.js";
import { agencyOf, bodyOf, cellOf, COLUMNS, headline, placeOf, taskOf } from "../../js/linkage/linkage_matrix.js";

const OVER = new Set(["verified", "declined", "cancelled"]);

export const mend = card((city, place) => {
  city.orders.on(place.redraw);
  return (view) => drawn(city, view);
});

/** @param {City} city @param {View} view */
function drawn(city, { as_of, scalars, order, rows }) {
  const { say, words, page, orders } = city, now = city.city();
  const incidents = order.filter((id) => id.startsWith("i:"));
  return html`${head(say.say("agency_incidents.title"), "")}
    <p class="calm" ?hidden=${as_of === null || scalars.incidents > 0}>${say.say("agency_incidents.empty")}</p>
    ${each(order.filter((id) => id.startsWith("c:")), (id) => closure(rows.get(id)))}
    ${each(incidents, (id) => incident(rows.get(id)))}`;

  // An underpass that three parties have closed: each confirms it, two of them open it again.
  function closure(row) {
    const subject = "device:" + row.device, made = orders.of(subject), isBusy = orders.isBusy(subject) || orders.version(subject) > row.version;
    const told = made && made.state !== "done" && made.state !== "pending" ? orders.told(made) : "";
    return html`<section class="closure"><p><b>${placeOf(city, row)}</b> ${joined(words("closure_state." + row.state), say.hhmm(row.at), row.agreed > 0 && say.say("agency.agreed", { n: row.agreed }))}</p>
      ${row.verb && orders.may(row.verb)
        ? html`<button type="button" ?disabled=${isBusy} ${press(row.verb, (verb) => { orders.act(verb, subject, row.version); })}>${say.say("agency.do." + row.verb)}</button>`
        : nothing}
      <p class="told" role="status" data-state=${mark(made?.state)} ?hidden=${!told}>${told}</p></section>`;
  }

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
        const [told, level, kind, note] = cellOf(city, row, column, now);
        return html`<span class="at" data-kind=${kind} data-level=${mark(level)}>${bodyOf(told, note)}</span>`;
      })}</div>`;
  }
}
