// 到场登记: a leader on site says so with one press. The phone tells the place, the server the street that it is in; both
// stand there before anything is sent, so that the press is an informed one.
import { html, joined, nothing, press } from "../draw.js";

const FIX_MS = 15000;

/** @typedef {{ lon: number, lat: number, accuracy: number }} Fix */

/** @param {City} city @param {() => void} redraw */
export function visitOf(city, redraw) {
  const { say, orders, words } = city, nameOf = (code) => words("street." + code) ?? code;
  let fix = /** @type {Fix | null} */ (null), street = /** @type {string | null} */ (null), why = "", isAsking = false, done = "";

  /** @param {string} told */
  function fail(told) {
    [isAsking, why] = [false, told];
    redraw();
  }
  /** @param {Fix} next */
  async function put(next) {
    const reply = await orders.ask("here", { lon: next.lon, lat: next.lat }).catch(() => null);
    if (typeof reply?.street !== "string") return fail(say.say("visit.no_reply"));
    [fix, street] = [next, reply.street];
    fail(street ? "" : say.say("visit.outside"));
  }
  function locate() {
    [fix, street, why, done, isAsking] = [null, null, "", "", true];
    redraw();
    if (!navigator.geolocation) return fail(say.say("visit.no_fix"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => put({ lon: coords.longitude, lat: coords.latitude, accuracy: Math.min(100000, Math.round(coords.accuracy)) }),
      () => fail(say.say("visit.no_fix")), { enableHighAccuracy: true, timeout: FIX_MS, maximumAge: 0 },
    );
  }
  async function record() {
    if (fix === null || !street) return;
    const { lon, lat, accuracy } = fix, answer = await orders.act("record_visit", "street:" + street, 0, { lon, lat, accuracy_m: accuracy });
    if (answer?.done) [done, fix] = [say.say("visit.done", { street: nameOf(street), t: say.hhmm(city.city()) }), null];
    fail(answer?.refused ? orders.refusal(answer.refused) : "");
  }
  return {
    locate,
    draw: () => html`<div class="new visit"><p class="calm" role="status">${isAsking ? say.say("visit.looking")
      : fix !== null && street ? joined(say.say("visit.here", { street: nameOf(street) }), say.say("visit.error", { n: fix.accuracy })) : done}</p>
      ${fix !== null && street ? html`<button type="button" class="primary" ?disabled=${orders.isBusy("street:" + street)} ${press("", record)}>${say.say("visit.record", { street: nameOf(street) })}</button>` : nothing}
      ${done ? nothing : html`<button type="button" ?disabled=${isAsking} @click=${locate}>${say.say("visit.again")}</button>`}
      <p class="told" data-colour="" ?hidden=${why === ""}>${why}</p></div>`,
  };
}
