// What became of the newest order of a subject, in one line at its own place.
import { html, mark } from "../draw.js";

/** @param {City} city @param {string} subject @param {string[]} verbs the verbs that this place orders */
export function refusedLine(city, subject, verbs) {
  const { orders } = city, made = orders.ofCase(subject).filter((one) => verbs.includes(one.verb)).at(-1);
  if (!made || made.state === "done") return "";
  return html`<p class="told" data-kind=${made.state} data-colour=${mark(made.state === "refused" || made.state === "lost")}><span>${orders.told(made)}</span>${made.state === "refused" || made.state === "lost"
    ? html`<button type="button" @click=${() => (made.state === "lost" ? orders.resend(made) : orders.forget(subject))}>${city.say.say(made.state === "lost" ? "desk.resend" : "desk.good")}</button>` : ""}</p>`;
}
