// A live look at a camera: one tap says why (the case or incident is filled in), the server notes it and gives pictures until
// the time of the view is over.
import { LATE_AFTER_S, LOST_AFTER_S, newest, PICTURE_MS } from "../camera_picture.js";
import { html, mark, nothing, press } from "../draw.js";

/**
 * @typedef {{ id: string, label: string, purpose: string, begun: number, url: string, taken: number | null, asked: number }} Looking
 * @param {City} city @param {Voice} voice @param {() => void} redraw
 * @param {(verb: string, subject: string, args: Record<string, any>) => Promise<any> | null} act gives an order of this page
 */
export function viewOf(city, voice, redraw, act) {
  const { say, orders } = city;
  let looking = /** @type {Looking | null} */ (null);

  /** @param {string} id @param {string} label @param {Record<string, any>} why purpose, and case or incident */
  async function look(id, label, why) {
    if (looking?.id === id) return;
    stop();
    const answer = await act("view_camera", "camera:" + id, why);
    if (!answer?.done) { redraw(); return; }
    looking = { id, label, purpose: why.purpose, begun: city.machine(), url: "", taken: null, asked: -Infinity };
    redraw();
  }
  function stop() {
    if (looking === null) return;
    drop(looking);
    act("end_camera_view", "camera:" + looking.id, {});
    looking = null;
    redraw();
  }
  /** @param {Looking} one */
  const drop = (one) => { if (one.url) URL.revokeObjectURL(one.url); };

  /** @param {Looking} one */
  async function ask(one) {
    if (performance.now() - one.asked < PICTURE_MS) return;
    one.asked = performance.now();
    const found = await newest(`/camera/${encodeURIComponent(one.id)}.jpg?view`);
    if (looking !== one) { if (found.url) URL.revokeObjectURL(found.url); return; }
    if (found.status === 403) { // the time of the view is over
      drop(one);
      looking = null;
    } else if (found.url) {
      if (one.url) setTimeout(URL.revokeObjectURL, PICTURE_MS, one.url);
      Object.assign(one, { url: found.url, taken: found.taken });
    }
    redraw();
  }

  /** @param {(id: string) => string} lostOf what is said of a camera whose picture is not true, "" = it is */
  function draw(lostOf) {
    const one = looking;
    if (one === null) return nothing;
    if (!document.hidden) ask(one);
    const age = one.taken === null ? Infinity : city.city() - one.taken, isLate = age > LATE_AFTER_S;
    // A picture that is too old is no picture of now, whatever was told of its camera when it was asked.
    const isGone = one.taken !== null && age > LOST_AFTER_S, lost = lostOf(one.id) || (isGone ? say.say("near.camera_lost", { t: voice.moment(one.taken ?? 0) }) : "");
    return html`<figure class="near viewing"><figcaption><span>${say.say("near.viewing", { name: one.label, purpose: voice.code("purpose", one.purpose),
        left: say.coarse(city.machine() - one.begun) })}</span><button type="button" ${press(one.id, stop)}>${say.say("near.stop")}</button></figcaption
      >${lost ? html`<p class="lost">${lost}</p>` : one.url ? html`<img alt="" src=${one.url} data-late=${mark(isLate)}>` : html`<p>${say.say("near.no_live")}</p>`}${
      !lost && one.url && isLate && one.taken !== null ? html`<p class="late">${say.late(one.taken, city.city())}</p>` : nothing}</figure>`;
  }
  return { look, stop, draw, id: () => looking?.id ?? null, isBusy: (/** @type {string} */ id) => orders.isBusy("camera:" + id) };
}
