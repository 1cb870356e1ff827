// Calls: which contacts there are (asked through the session, for this person alone), and the button that dials one.
import { html } from "../draw.js";

const AGAIN_MS = 300000;
/** @type {{ all(): { key: string, name: string, url: string }[], url(key: string): string, on(fn: () => void): void } | null} */
let kept = null;

/** The contacts of this page. @param {City} city */
export function contacts(city) {
  if (kept) return kept;
  let all = [], byKey = new Map(), wasAllowed = /** @type {boolean | null} */ (null);
  const listeners = new Set();
  async function askAll() {
    const told = await city.orders.ask("contacts").catch(() => ({}));
    if (!Array.isArray(told.contacts)) return;
    all = told.contacts;
    byKey = new Map(all.map((one) => [one.key, one.url]));
    for (const fn of listeners) fn();
  }
  // Who comes on shift while the page is open may call from then on.
  function askWhenAllowed() {
    const isAllowed = city.orders.may("call");
    if (isAllowed === wasAllowed) return;
    wasAllowed = isAllowed;
    if (isAllowed) askAll();
    else [all, byKey] = [[], new Map()];
  }
  if (city.page.person) setInterval(() => { wasAllowed = null; askWhenAllowed(); }, AGAIN_MS);
  kept = {
    all: () => { askWhenAllowed(); return all; },
    url: (key) => byKey.get(key) ?? "",
    on: (fn) => { listeners.add(fn); },
  };
  return kept;
}

/**
 * The button that dials a contact and writes the call to the log; nothing without a number or the right.
 * @param {City} city @param {(key: string) => void} called @param {string} key @param {string} name
 */
export function dial(city, called, key, name) {
  const url = city.orders.may("call") ? contacts(city).url(key.includes(":") ? key : "person:" + key) : "";
  if (!url) return html`<span class="call"></span>`;
  return html`<a class="call" href=${url} title=${name} @click=${() => called(key)}>${city.words("verb.call")}</a>`;
}
