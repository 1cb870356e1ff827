// 联动任务: the tasks of the agency, the worst first, each with one button for its next step.
import { card, each, head, html, joined, mark, nothing } from "../../js/draw.js";
import { taskRow } from "../../js/agency/agency_task.js";
import { openForm } from "../../js/agency/agency_forms.js";
import { held } from "../../js/held_order.js";

const WAITING = new Set(["issued", "delivered"]);

export const mend = card((city, place) => {
  const { say, agency, orders, outbox } = city, order = held(place.redraw);
  /** @type {import("../../js/agency/agency_forms.js").Form | null} */
  let form = null;
  const leave = () => { form = null; order.letGo(); place.redraw(); };

  /** @param {string} kind @param {Row} row */
  function want(kind, row) {
    if (form !== null && form.task === row.id && form.kind === kind) return leave();
    form = openForm(city, kind, row, { act, leave, redraw: place.redraw });
    place.redraw();
  }
  /** @param {string} verb @param {Row} row @param {Record<string, any>} [args] @param {Blob[]} [photos] */
  function act(verb, row, args = {}, photos = []) {
    if (photos.length > 0) outbox.send(verb, "task:" + row.id, row.version, args, { photo: photos });
    else orders.act(verb, "task:" + row.id, row.version, args);
    if (form) leave();
  }
  orders.on(place.redraw);
  outbox.on(place.redraw);
  agency.on(place.redraw);

  return (view) => {
    const { as_of, scalars, rows } = view;
    if (as_of !== null) agency.take("tasks", view.order.map((id) => rows.get(id)).map(({ id, priority, state, reminders }) => ({ id, reminders, rings: priority === "P1" && WAITING.has(state) })));
    if (form && !rows.has("t:" + form.task)) form = null;
    const { ids, fresh } = order.of(view.order, form !== null);
    const isEmpty = as_of !== null && scalars.tasks === 0;
    const isP1 = fresh.some((id) => rows.get(id).priority === "P1");
    const note = fresh.length > 0 ? say.say("agency.held", { n: fresh.length }) : scalars.waiting > 0 ? say.say("agency.waiting", { n: scalars.waiting }) : "";
    return html`${head(joined(say.say("agency_tasks.title"), scalars.tasks > 0 && String(scalars.tasks)), note, isP1)}
      <p class="calm" ?hidden=${!isEmpty}>${say.say("agency_tasks.empty")}</p>
      <ol class="tasks" @pointerenter=${order.hold} @pointerdown=${order.hold} @pointermove=${order.hold} @pointerleave=${order.leave}>
        ${each(ids, (id) => html`<li data-id=${id}>${taskRow(city, rows.get(id), { act, want, form: form?.task === rows.get(id).id ? form : null })}</li>`)}
      </ol>${as_of === null ? nothing : html`<p class="more" data-fresh=${mark(fresh.length > 0)}></p>`}`;
  };
});
