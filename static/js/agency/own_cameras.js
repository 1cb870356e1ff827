// The cameras near an opened case of a holder. They are asked for while the row is open, because their pictures age; a live
// look says why (the case), and ends with the row.
import { each, html, mark, nothing, press } from "../draw.js";
import { viewOf } from "../desk/desk_view.js";
import { lateMark, nameOf, stateOf, wedge } from "../near_cameras.js";

const AGAIN_MS = 10000;

/** @typedef {{ draw: () => unknown, close: () => void }} OwnCameras */
/** @param {City} city @param {Voice} voice @param {string} id the case's mark @param {() => void} redraw @returns {OwnCameras} */
export function camerasOf(city, voice, id, redraw) {
  const { say, orders } = city;
  const viewing = viewOf(city, voice, redraw, (verb, subject, args) => orders.act(verb, subject, 0, args));
  let found = /** @type {Row[]} */ ([]), isOpen = true;

  async function ask() {
    const told = await orders.ask("cameras", { case: id }).catch(() => null);
    if (!isOpen) return;
    if (told) found = told.cameras ?? [];
    redraw();
    setTimeout(() => { if (isOpen) ask(); }, AGAIN_MS);
  }
  ask();

  /** @param {[string, string]} chosen */
  const look = ([camera, name]) => { viewing.look(camera, name, { purpose: "case", case: id }); };
  const lost = (camera) => {
    const seen = found.find((one) => one.id === camera);
    return seen && seen.word !== "live" ? stateOf(city, voice, seen) : "";
  };
  return {
    close() {
      isOpen = false;
      viewing.stop();
    },
    draw: () => (found.length === 0 ? nothing : html`<p class="line">${say.say("own.cameras")}</p>
      <ul class="cameras">${each(found.map((one) => one.id), (camera) => {
        const seen = found.find((one) => one.id === camera);
        if (!seen) return nothing;
        const name = nameOf(city, seen);
        return html`<li>${wedge(seen)}<span class="name">${say.say("near.camera", { name, m: Math.round(seen.metres) })}</span
          ><span class="state" data-lost=${mark(seen.word !== "live")}>${lateMark(city, seen)}${stateOf(city, voice, seen)}</span
          ><button type="button" ?hidden=${!orders.may("view_camera")} ?disabled=${viewing.isBusy(camera) || viewing.id() === camera} ${press([camera, name], look)}>${say.say("near.look")}</button></li>`;
      })}</ul>${viewing.draw(lost)}`),
  };
}
