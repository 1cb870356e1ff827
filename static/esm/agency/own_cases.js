// 本单位案件: the cases of an agency or street, what cannot wait first; below them, folded, what is done and what was
// refused or ruled.
import { card, each, head, html, joined, mark, nothing } from "../../js/draw.js";
import { caseRow, doneRow, recordRow } from "../../js/agency/own_case.js";
import { camerasOf } from "../../js/agency/own_cameras.js";
import { openForm } from "../../js/agency/own_case_forms.js";
import { vocabulary } from "../../js/desk/desk_words.js";
import { personOf } from "../../js/desk/desk_person.js";
import { held } from "../../js/held_order.js";

const FEW = 3;

export const mend = card((city, place) => {
  const { say, orders, outbox, agency } = city, order = held(place.redraw), voice = vocabulary(city);
  let form = /** @type {import("../../js/agency/own_case_forms.js").Form | null} */ (null);
  let isAllDone = false, isRecords = false, isContacts = false;
  const open = /** @type {Set<string>} */ (new Set()), persons = /** @type {Map<string, ReturnType<typeof personOf>>} */ (new Map());
  const cameras = /** @type {Map<string, import("../../js/agency/own_cameras.js").OwnCameras>} */ (new Map());
  function leave() {
    form?.close();
    form = null;
    order.letGo();
    place.redraw();
  }
  /** Where a form stands: a case may have a row among the cases and one among the records. @param {Row} row */
  const at = (row) => (row.verbs ? "k:" : "r:") + row.id;
  /** @param {string} verb @param {Row} row */
  function want(verb, row) {
    const isSame = form?.at === at(row) && form.kind === verb;
    form?.close();
    form = isSame ? null : openForm(city, verb, row, at(row), { send, leave, redraw: place.redraw, voice });
    if (isSame) order.letGo();
    place.redraw();
  }
  /** @param {string} verb @param {Row} row @param {Record<string, any>} [args] @param {Record<string, Blob[]>} [files] */
  function send(verb, row, args = {}, files = {}) {
    const version = Math.max(row.version, orders.version(row.id));
    if (Object.values(files).some((photos) => photos.length > 0)) outbox.send(verb, "case:~" + row.id, version, args, files);
    else orders.act(verb, row.id, version, args);
    leave();
  }
  const act = (verb, row) => { orders.act(verb, row.id, Math.max(row.version, orders.version(row.id))); };
  /** @param {Row} row */
  function toggle({ id }) {
    if (!open.delete(id)) open.add(id);
    else forget(id);
    place.redraw();
  }
  // Who is shown leaves the page with the opened row.
  function forget(id) {
    persons.get(id)?.drop();
    persons.delete(id);
    cameras.get(id)?.close();
    cameras.delete(id);
  }
  function personIn(row) {
    const { id } = row;
    if (!persons.has(id)) persons.set(id, personOf(city, voice, (verb, args) => orders.act(verb, id, row.version, args), place.redraw));
    return persons.get(id) ?? null;
  }
  function camerasIn({ id }) {
    if (!cameras.has(id)) cameras.set(id, camerasOf(city, voice, id, place.redraw));
    return cameras.get(id) ?? null;
  }
  // What to make safe rings once, whoever holds the case then.
  function heard({ id, part, reminders, urgency, state, make_safe: safe }) {
    const isUnsafe = safe !== null && safe.done_at === null && safe.holder === city.page.scope;
    return { id: `${isUnsafe ? "make_safe" : part}:${id}`, reminders, rings: isUnsafe || (urgency === "critical" && state === "dispatched") };
  }
  orders.on(place.redraw);
  outbox.on(place.redraw);

  return (view) => {
    const { as_of, scalars, rows } = view, all = view.order.map((id) => rows.get(id));
    if (as_of !== null) agency?.take("cases", all.filter((row) => row.verbs && !row.is_done).map(heard));
    if (form && !rows.has(form.at)) form = null;
    for (const id of [...persons.keys(), ...cameras.keys()]) if (!open.has(id) || !rows.has("k:" + id)) forget(id);
    const every = view.order.filter((id) => id.startsWith("k:") && !rows.get(id).is_done), done = view.order.filter((id) => id.startsWith("k:") && rows.get(id).is_done);
    const owed = every.filter((id) => rows.get(id).contact_by !== null && rows.get(id).more_verbs.includes("contact")).sort((a, b) => rows.get(a).contact_by - rows.get(b).contact_by);
    if (owed.length === 0) isContacts = false;
    const cases = isContacts ? owed : every;
    const records = view.order.filter((id) => id.startsWith("r:")), { ids, fresh } = order.of(cases, form !== null);
    const formOf = (row) => (form?.at === at(row) ? form : null);
    const acts = (row) => ({ act, want, toggle, form: formOf(row), isOpen: open.has(row.id), voice, person: open.has(row.id) && row.more_verbs.includes("reveal") ? personIn(row) : null,
      cameras: open.has(row.id) && row.part !== "former" && !row.is_done ? camerasIn(row) : null });
    const note = fresh.length > 0 ? say.say("agency.held", { n: fresh.length }) : joined(scalars.waiting > 0 && say.say("own.waiting", { n: scalars.waiting }));
    const shown = isAllDone ? done : done.filter((id, at) => at < FEW || open.has(rows.get(id).id));
    return html`${head(joined(say.say(city.page.channel === "street" ? "own_cases.title_street" : "own_cases.title"), scalars.cases > 0 && String(scalars.cases)), note)}
      ${owed.length > 0 && orders.may("contact") ? html`<button type="button" class="owed" aria-pressed=${String(isContacts)} @click=${() => { isContacts = !isContacts; place.redraw(); }}>${
        joined(say.say("own.contacts", { n: owed.length }), say.by(rows.get(owed[0]).contact_by, city.city()))}</button>` : nothing}
      <p class="calm" ?hidden=${as_of === null || scalars.cases > 0}>${say.say("own_cases.empty")}</p>
      <ol class="cases" @pointerenter=${order.hold} @pointerdown=${order.hold} @pointermove=${order.hold} @pointerleave=${order.leave}>
        ${each(ids, (id) => html`<li data-id=${id}>${caseRow(city, rows.get(id), acts(rows.get(id)))}</li>`)}</ol>
      <ol class="cases" ?hidden=${done.length === 0}>${each(shown, (id) => html`<li data-id=${id}>${doneRow(city, rows.get(id), acts(rows.get(id)))}</li>`)}</ol>
      ${scalars.done > FEW ? fold(say.say(isAllDone ? "detail.less" : "own.done_more", { n: scalars.done - shown.length }), isAllDone, () => { isAllDone = !isAllDone; place.redraw(); }) : nothing}
      ${scalars.records > 0 ? html`${fold(say.say("own.records", { n: scalars.records }), isRecords, () => { isRecords = !isRecords; place.redraw(); })}
        <ol class="records" ?hidden=${!isRecords}>${isRecords ? each(records, (id) => html`<li data-id=${id}>${recordRow(city, rows.get(id), { voice, want, form: formOf(rows.get(id)) })}</li>`) : nothing}</ol>` : nothing}`;
  };

  function fold(words, isOpen, fn) {
    return html`<button type="button" class="fold" aria-expanded=${String(isOpen)} data-open=${mark(isOpen)} @click=${fn}>${words}</button>`;
  }
});
