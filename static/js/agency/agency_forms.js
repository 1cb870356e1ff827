// What a step needs besides its press, in the task's own row: a unit, the evidence, a reason. No dialogs.
import { html, joined, live, mark, nothing, press } from "../draw.js";
import { far } from "./agency_task.js";
import { typed } from "../desk/desk_forms.js";
import { photosOf } from "../photo_picker.js";

/** @typedef {{ task: string, kind: string, draw: () => unknown }} Form */
/** @typedef {{ act: (verb: string, row: Row, args?: Record<string, any>, photos?: Blob[]) => void, leave: () => void, redraw: () => void }} Acts */

const AGAIN_MS = 5000;

/** @param {City} city @param {string} kind the verb @param {Row} row @param {Acts} acts @returns {Form} */
export function openForm(city, kind, row, acts) {
  const draw = { set_out_task: units, finish_task: evidence, decline_task: reason }[kind](city, row, acts);
  return { task: row.id, kind, draw };
}

const cancel = (city, leave) => html`<button type="button" @click=${leave}>${city.say.say("detail.cancel")}</button>`;

// ---- 出动: the agency's own free units that fit, or none
function units(city, row, { act, leave, redraw }) {
  const { say } = city;
  let found = /** @type {Row[] | null} */ (null), isOpen = true;
  async function look() {
    const told = await city.orders.ask("units", { task: row.id }).catch(() => ({}));
    found = told.units ?? found ?? [];
    if (!isOpen) return;
    redraw();
    setTimeout(() => { if (isOpen) look(); }, AGAIN_MS);
  }
  look();
  const choose = (unit) => { isOpen = false; act("set_out_task", row, unit ? { unit } : {}); };
  const label = (unit) => joined(city.say.road(unit.call_sign || unit.unit), unit.metres != null && far(city, unit.metres), say.age(unit.as_of, city.machine()));
  return () => html`<div class="form"><p class="ask">${say.say("agency.which_unit")}</p>
    ${found === null ? html`<p class="calm">${say.say("agency.looking")}</p>` : nothing}
    ${found?.length === 0 ? html`<p class="calm">${say.say("agency.no_unit")}</p>` : nothing}
    ${(found ?? []).map((unit) => html`<button type="button" class="unit" ${press(unit.unit, choose)}>${label(unit)}</button>`)}
    <p class="buttons"><button type="button" ${press("", choose)}>${say.say("agency.without_unit")}</button>${cancel(city, () => { isOpen = false; leave(); })}</p></div>`;
}

// ---- 完成: the evidence that the task asks for
function evidence(city, row, { act, leave, redraw }) {
  const { say } = city, needs = row.evidence;
  const photos = photosOf(city, redraw);
  let number = "", text = "", wrong = "";
  const value = () => Number(number.replace(",", "."));
  function missing() {
    if (needs === "photo" && photos.count() === 0) return say.say("agency.need.photo");
    if (number.trim() !== "" && !Number.isFinite(value())) return say.say("agency.need.number");
    if (needs === "number" && number.trim() === "") return say.say("agency.need.number");
    return (needs === "text" || needs === "list") && text.trim() === "" ? say.say("agency.need." + needs) : "";
  }
  function send(event) {
    event.preventDefault();
    wrong = missing();
    if (wrong) return redraw();
    photos.forget();
    const args = { ...(text.trim() && { text: text.trim() }), ...(needs === "number" && { number: value() }) };
    act("finish_task", row, args, photos.files());
  }
  const close = () => { photos.forget(); leave(); };
  const set = (fn) => typed((told) => { fn(told); wrong = ""; redraw(); });
  return () => html`<form class="form" novalidate @submit=${send}>
    <p class="ask">${say.say("agency.evidence." + needs)}</p>
    ${needs === "number" ? html`<input type="text" inputmode="decimal" aria-label=${say.say("agency.evidence.number")} .value=${live(number)} @input=${set((told) => { number = told; })}>` : nothing}
    ${photos.draw()}
    <textarea rows=${needs === "list" ? 4 : 2} maxlength="2000" placeholder=${say.say("agency.text." + (needs === "list" || needs === "text" ? needs : "plain"))} .value=${live(text)} @input=${set((told) => { text = told; })}></textarea>
    <p class="wrong" role="alert">${wrong || photos.wrong()}</p>
    <p class="buttons"><button type="submit" class="primary" data-ready=${mark(missing() === "")}>${say.say("agency.do.finish_task")}</button>${cancel(city, close)}</p></form>`;
}

// ---- 退回: by the agency's duty leader, with the reason
function reason(city, row, { act, leave, redraw }) {
  const { say } = city;
  let text = "", wrong = "";
  function send(event) {
    event.preventDefault();
    wrong = text.trim() === "" ? say.say("agency.need.reason") : "";
    if (wrong) return redraw();
    act("decline_task", row, { reason: text.trim() });
  }
  return () => html`<form class="form" novalidate @submit=${send}><p class="ask">${say.say("agency.why_decline")}</p>
    <textarea rows="2" maxlength="2000" .value=${live(text)} @input=${typed((told) => { text = told; wrong = ""; redraw(); })}></textarea>
    <p class="wrong" role="alert">${wrong}</p>
    <p class="buttons"><button type="submit" class="primary">${say.say("agency.do.decline_task")}</button>${cancel(city, leave)}</p></form>`;
}
