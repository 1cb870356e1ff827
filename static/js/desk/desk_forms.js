// Forms in the pane, no dialogs. What is typed is kept here and not in the nodes alone, so that no drawing takes it away.
import { html, live, mark, ref } from "../draw.js";

/**
 * A field: what it is called, whether it must be told, and when it is meant at all, by what is told so far.
 * @typedef {{ name: string, kind: "text" | "area" | "choice" | "pick", label: string, options?: [any, string][], value?: any,
 *   required?: boolean | ((told: Record<string, any>) => boolean), when?: (told: Record<string, any>) => boolean }} Field
 * @typedef {{ key: string, title: string, fields: Field[], submit: string }} FormSpec
 */

/**
 * `send(args)` answers a promise of the act's answer, null = it was not sent; `leave` closes the form.
 * @param {City} city @param {FormSpec} spec @param {(args: Record<string, any>) => Promise<Answer> | null} send
 * @param {() => void} leave @param {() => void} redraw
 */
export function formOf(city, { key, title, fields, submit }, send, leave, redraw) {
  const { say } = city, values = Object.fromEntries(fields.map((field) => [field.name, field.value ?? (field.kind === "choice" ? null : "")]));
  let missing = /** @type {Field[]} */ ([]), isSending = false, root = /** @type {Element | undefined} */ (undefined);
  const keep = (node) => { root = node; };
  const told = () => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value.trim() : value]));
  const meant = (now) => fields.filter(({ when }) => !when || when(now));
  const isEmpty = (value) => value === "" || value === null;
  const set = (name) => (value) => { values[name] = value; missing = []; redraw(); };
  /** @param {Field | undefined} field */
  const focus = (field) => /** @type {HTMLElement | null | undefined} */ (
    root?.querySelector(`[data-field="${field?.name}"] :is(input, textarea, select, button)`))?.focus();

  async function finish(event) {
    event.preventDefault();
    const now = told(), needed = (/** @type {Field} */ { required }) => (typeof required === "function" ? required(now) : required);
    missing = meant(now).filter((field) => isEmpty(now[field.name]) && needed(field));
    redraw();
    if (missing.length > 0) return focus(missing[0]);
    if (isSending) return;
    isSending = true;
    redraw();
    try {
      const answer = await send(Object.fromEntries(meant(now).map(({ name }) => [name, now[name]]).filter(([, value]) => !isEmpty(value))));
      if (answer?.done) leave();
    } finally {
      isSending = false;
      redraw();
    }
  }
  function escape(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    leave();
  }

  return {
    key,
    focus: () => focus(meant(told())[0]),
    draw() {
      const shown = new Set(meant(told()));
      return html`<form class="form" novalidate @submit=${finish} @keydown=${escape} ${ref(keep)}><h3>${title}</h3>
        <div class="fields">${fields.map((field) => html`<div class="field" data-field=${field.name} data-missing=${mark(missing.includes(field))}
          ?hidden=${!shown.has(field)}><label class="label">${field.label}</label>${FIELDS[field.kind](values[field.name], set(field.name), field.options ?? [])}</div>`)}</div>
        <p class="buttons"><button type="submit" class="primary" ?disabled=${isSending}>${submit}</button
          ><button type="button" @click=${leave}>${say.say("detail.cancel")}</button
          ><span class="wrong">${missing.length > 0 ? say.say("detail.missing", { what: missing[0].label }) : ""}</span></p></form>`;
    },
  };
}

// ---- the fields: a value, what takes another one, and the options [[value, label], …]
const FIELDS = {
  text: (value, set) => html`<input type="text" maxlength="200" .value=${live(value)} @input=${typed(set)}>`,
  area: (value, set) => html`<textarea rows="2" maxlength="2000" .value=${live(value)} @input=${typed(set)} @keydown=${sendOnEnter}></textarea>`,
  choice: (value, set, options) => choice(value, set, options),
  pick: (value, set, options) => pick(value, set, [["", ""], ...options]),
};
/** What takes the text of an input. @param {(value: string) => void} set */
export const typed = (set) => ({ target }) => set(target.value);

// Enter sends, Shift+Enter is a new line, so that the keyboard is enough.
function sendOnEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form?.requestSubmit();
}

/** A row of buttons of which one is pressed. @param {any} value @param {(value: any) => void} set @param {[any, string][]} options */
export const choice = (value, set, options) => html`<div class="choice">${options.map(([one, label]) =>
  html`<button type="button" data-on=${mark(one === value)} aria-pressed=${String(one === value)} @click=${() => set(one)}>${label}</button>`)}</div>`;

/** One of many, from a list that the browser unfolds. @param {any} value @param {(value: any) => void} set @param {[any, string][]} options */
export const pick = (value, set, options) => html`<select @change=${typed(set)}>${options.map(([one, label]) =>
  html`<option value=${one} ?selected=${one === value}>${label}</option>`)}</select>`;
