// Parts that the cards of the field share: where one is, what became of an order, the choice of a class, photos.
import { html, joined, mark, nothing, press } from "../draw.js";

/** Where the phone is, in words, with a button to ask again. @param {City} city @param {Row} [row] the case to which the distance counts */
export function whereOf({ say, field }, row) {
  const here = field.here(), metres = row ? field.metresTo(row.lon, row.lat) : null;
  const isFar = metres !== null && metres > NEAR_M;
  const words = here.state !== "known" ? say.say("field.here." + here.state) : joined(
    metres !== null && say.say(isFar ? "field.too_far" : "field.away", { n: Math.round(metres), limit: NEAR_M }),
    say.say("field.error", { n: Math.round(here.accuracy) }), say.say("field.here.age", { t: say.coarse(Math.max(0, (Date.now() - here.at) / 1000)) }),
  );
  return html`<p class="where" data-state=${here.state} data-far=${mark(isFar)}><span>${words}</span><button type="button" @click=${field.locate}>${say.say("field.here")}</button></p>`;
}
const NEAR_M = 50;

/** The newest time of an order's photos is when its sender says that they were taken. @param {City} city @param {Blob[]} files */
export function takenAt(city, files) {
  const times = files.map((file) => (file instanceof File ? file.lastModified : Date.now()));
  // The oldest: a check must be later than the feedback with each of its photos. The city's clock may be another one.
  const behind = Math.max(0, (Date.now() - Math.min(...times)) / 1000), rate = city.beat()?.rate ?? 1, now = city.city();
  return new Date(1000 * ((Number.isFinite(now) ? now : Date.now() / 1000) - behind * rate)).toISOString();
}

/** What became of an order on a thing; null = nothing to tell. @param {City} city @param {string} subject @param {string} verb what it is in words */
export function toldOf(city, subject, verb) {
  const { say, orders, outbox } = city, one = outbox.of(subject);
  if (outbox.isDone(subject)) return line("done", say.say("field.sent", { verb }), nothing);
  if (!one) return null;
  if (one.answer?.refused) {
    return line("refused", orders.refusal(one.answer.refused), html`<button type="button" @click=${() => outbox.drop(subject)}>${say.say("desk.good")}</button>`);
  }
  if (one.state === "pending" && city.field.offlineSince() === null) return line("pending", say.say("agency.doing", { verb }), nothing);
  const words = one.why === "sign_in" ? say.say("agency.unsent.sign_in") : say.say(one.isKept ? "field.kept" : "agency.unsent.lost");
  return line("kept", joined(verb, words), html`<button type="button" @click=${outbox.again}>${say.say("desk.resend")}</button>`);
}
const line = (state, words, button) => html`<p class="told" role="status" data-state=${state}><span>${words}</span>${button}</p>`;

/** Tiles to choose one of. @param {[string, string][]} options value, words @param {string | null} chosen @param {(value: string) => void} fn @param {string} kind */
export const tiles = (options, chosen, fn, kind) => html`<div class="tiles" data-kind=${kind}>${options.map(([value, words]) =>
  html`<button type="button" data-value=${value} data-on=${mark(chosen === value)} aria-pressed=${String(chosen === value)} ${press(value, fn)}>${words}</button>`)}</div>`;

/** The name of a row's class. @param {City} city @param {Row} row */
export const classOf = ({ words, say }, row) => words(`class.${row.kind}.${row.code}`) ?? (row.label || say.say("field.no_class"));
