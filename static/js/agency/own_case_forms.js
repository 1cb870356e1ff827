// What an order on a case needs besides its press, in the case's own row: an outcome with photos, a reason, a date,
// a pin. No dialogs. What is typed is kept here, so that no drawing takes it away.
import { html, joined, live, mark, nothing, press } from "../draw.js";
import { choice, typed } from "../desk/desk_forms.js";
import { photosOf } from "../photo_picker.js";
import { pinOf } from "./boundary_pin.js";

/** @typedef {{ at: string, kind: string, draw: () => unknown, close: () => void }} Form */
/** @typedef {{ send: (verb: string, row: Row, args?: Record<string, any>, files?: Record<string, Blob[]>) => void, leave: () => void, redraw: () => void, voice: Voice }} Acts */
/** A part of a form: what it shows, what is missing ("" = nothing), what it tells, and its photos.
 * @typedef {{ draw: () => unknown, missing?: () => string, args?: () => Record<string, any>, files?: () => Record<string, Blob[]>, close?: () => void }} Part */

const OUTCOMES = ["fixed", "guided", "warned_first_offence", "penalised", "transferred", "no_problem_found"];
const RETURNS = ["not_my_duty", "not_my_area", "owner_unknown", "cannot_find", "already_fixed", "needs_other_first", "duplicate", "wrong_category"];
const SUSPENDS = ["engineering", "season", "law"], LEVELS = ["major", "difficult", "cross_street", "social_effect"];
const AGAIN_MS = 5000;

/** @param {City} city @param {string} kind the verb @param {Row} row @param {string} at the row that it stands in @param {Acts} acts @returns {Form} */
export function openForm(city, kind, row, at, acts) {
  if (kind === "send_unit") return { at, kind, ...unitsOf(city, row, acts) };
  const parts = PARTS[kind](city, row, acts), { say } = city;
  let wrong = "";
  const close = () => { for (const part of parts) part.close?.(); };
  const missing = () => parts.map((part) => part.missing?.() ?? "").find(Boolean) ?? "";
  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    wrong = missing();
    if (wrong) return acts.redraw();
    acts.send(kind, row, Object.assign({}, ...parts.map((part) => part.args?.() ?? {})), Object.assign({}, ...parts.map((part) => part.files?.() ?? {})));
  }
  /** @param {KeyboardEvent} event */
  function escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    acts.leave();
  }
  return {
    at, kind, close,
    draw: () => html`<form class="form" novalidate data-form=${kind} @submit=${submit} @keydown=${escape} @input=${() => { wrong = ""; }}>
      ${parts.map((part) => part.draw())}<p class="wrong" role="alert">${wrong}</p>
      <p class="buttons"><button type="submit" class="primary" data-ready=${mark(missing() === "")}>${city.words("own.do." + kind) ?? say.say("verb." + kind)}</button
        ><button type="button" @click=${acts.leave}>${say.say("detail.cancel")}</button></p></form>`,
  };
}

// ---- the parts
/** @param {City} city @param {() => void} redraw @param {string} name @param {string} label @param {boolean} [isNeeded] @returns {Part} */
function area({ say }, redraw, name, label, isNeeded = true) {
  let text = "";
  const told = () => text.trim();
  return {
    missing: () => (isNeeded && told() === "" ? say.say("detail.missing", { what: label }) : ""),
    args: () => (told() ? { [name]: told() } : {}),
    draw: () => html`<textarea rows="2" maxlength="2000" placeholder=${label} aria-label=${label} .value=${live(text)} @input=${typed((value) => { text = value; redraw(); })}></textarea>`,
  };
}
/** @param {City} city @param {() => void} redraw @param {string} name @param {string} label @param {[any, string][]} options @param {(value: any) => void} [told] @returns {Part} */
function one({ say }, redraw, name, label, options, told, isNeeded = true) {
  let value = /** @type {any} */ (null);
  const set = (chosen) => { value = value === chosen && !isNeeded ? null : chosen; told?.(value); redraw(); };
  return {
    missing: () => (isNeeded && value === null ? say.say("detail.missing", { what: label }) : ""),
    args: () => (value === null ? {} : { [name]: value }),
    draw: () => html`<p class="ask">${label}</p>${choice(value, set, options)}`,
  };
}
/** @param {City} city @param {() => void} redraw @param {string} name the files' name for the server @param {string} label @param {number} most @returns {Part} */
function shots(city, redraw, name, label, most) {
  const photos = photosOf(city, redraw, most);
  return {
    missing: () => photos.wrong() || (photos.count() === 0 ? city.say.say("own.need_photo", { what: label }) : ""),
    files: () => ({ [name]: photos.files() }),
    draw: () => photos.draw(label),
    close: photos.forget,
  };
}
/** @param {City} city @param {() => void} redraw @returns {Part} */
function date({ say, page }, redraw) {
  let day = "";
  return {
    missing: () => (endOf(day, page.zone) === "" ? say.say("detail.missing", { what: say.say("own.until") }) : ""),
    args: () => ({ until: endOf(day, page.zone) }),
    draw: () => html`<label class="ask">${say.say("own.until")} <input type="date" .value=${live(day)} @input=${typed((value) => { day = value; redraw(); })}></label>`,
  };
}
/** The last second of a day of the city, "" = no day. @param {string} day @param {string} zone */
export function endOf(day, zone) {
  const there = Date.parse(day + "T23:59:59Z");
  if (!Number.isFinite(there)) return "";
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  const part = Object.fromEntries(format.formatToParts(there).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
  return new Date(2 * there - shown).toISOString();
}

/** @type {Record<string, (city: City, row: Row, acts: Acts) => Part[]>} */
const PARTS = {
  feedback(city, _row, { redraw, voice }) {
    const { say } = city;
    return [one(city, redraw, "outcome", say.say("own.outcome"), OUTCOMES.map((name) => [name, voice.code("outcome", name)])),
      shots(city, redraw, "before", say.say("own.photo.before"), 3), shots(city, redraw, "after", say.say("own.photo.after"), 3), area(city, redraw, "text", say.say("own.what_was_done"))];
  },
  make_safe: (city, _row, { redraw }) => [shots(city, redraw, "photo", city.say.say("own.photo.make_safe"), 4), area(city, redraw, "text", city.say.say("agency.text.plain"), false)],
  add_photos: (city, _row, { redraw }) => [shots(city, redraw, "photo", city.say.say("own.photo.report"), 4)],
  return(city, row, { redraw, voice }) {
    const { say } = city, pin = pinOf(city, row, redraw, voice);
    const reason = one(city, redraw, "reason", say.say("own.why_return"), RETURNS.map((name) => [name, voice.code("reason", name)]), (name) => pin.show(name === "not_my_area"));
    return [reason, pin, area(city, redraw, "text", say.say("detail.field.text"))];
  },
  apply_extension: (city, _row, { redraw }) => [area(city, redraw, "reason", city.say.say("own.why_extend"))],
  apply_suspension: (city, _row, { redraw, voice }) => [one(city, redraw, "reason", city.say.say("own.why_suspend"), SUSPENDS.map((name) => [name, voice.code("reason", name)])), date(city, redraw), area(city, redraw, "text", city.say.say("detail.field.text"))],
  appeal: (city, _row, { redraw }) => [area(city, redraw, "text", city.say.say("own.why_appeal"))],
  report_rule_error: (city, _row, { redraw }) => [area(city, redraw, "text", city.say.say("own.why_rule_error"))],
  transfer_level: (city, _row, { redraw, voice }) => [area(city, redraw, "text", city.say.say("own.what_was_tried")), shots(city, redraw, "photo", city.say.say("own.photo.tried"), 4),
    one(city, redraw, "reason", city.say.say("own.why_level"), LEVELS.map((name) => [name, voice.code("reason", name)]))],
  answer_level: (city, _row, { redraw }) => [one(city, redraw, "accepted", city.say.say("detail.field.accepted"), [[true, city.say.say("detail.accept")], [false, city.say.say("detail.send_back")]]), area(city, redraw, "text", city.say.say("detail.field.text"), false)],
};

// ---- 派队伍: the street's own free squads, the nearest first
function unitsOf(city, row, { send, leave, redraw }) {
  const { say } = city;
  let found = /** @type {Row[] | null} */ (null), isOpen = true;
  async function look() {
    const told = await city.orders.ask("units", { case: row.id }).catch(() => ({}));
    found = told.units ?? found ?? [];
    if (!isOpen) return;
    redraw();
    setTimeout(() => { if (isOpen) look(); }, AGAIN_MS);
  }
  look();
  const choose = ({ unit, call_sign }) => send("send_unit", row, { unit, call_sign: call_sign || undefined });
  return {
    close: () => { isOpen = false; },
    draw: () => html`<div class="form" data-form="send_unit"><p class="ask">${say.say("agency.which_unit")}</p>
      ${found === null ? html`<p class="calm">${say.say("agency.looking")}</p>` : nothing}
      ${found?.length === 0 ? html`<p class="calm">${say.say("agency.no_unit")}</p>` : nothing}
      ${(found ?? []).map((unit) => html`<button type="button" class="unit" ${press(unit, choose)}>${joined(city.orders.reach(unit), unit.as_of != null && say.age(unit.as_of, city.machine()))}</button>`)}
      <p class="buttons"><button type="button" @click=${leave}>${say.say("detail.cancel")}</button></p></div>`,
  };
}
