// Over the desk's map: who is nearest to the chosen case, one click to send them; the cameras that see it.
import { caseOf } from "../../js/desk/desk_case.js";
import { vocabulary } from "../../js/desk/desk_words.js";
import { viewOf } from "../../js/desk/desk_view.js";
import { card, each, html, mark, press } from "../../js/draw.js";
import { lateMark, nameOf, stateOf, wedge } from "../../js/near_cameras.js";

export const mend = card((city, { redraw }) => {
  const { say, desk, orders } = city, voice = vocabulary(city), chosen = caseOf(city), { may } = chosen;
  const viewing = viewOf(city, voice, redraw, (verb, subject, args) => desk.act(verb, subject, 0, args, ""));
  let lookedFor = /** @type {string | null} */ (null);
  // The pop-up over the map waits for the same answer.
  chosen.onChange("desk_map_box", () => { redraw(); city.deskMap?.look(); });
  desk.onActs(redraw);

  return () => {
    chosen.look();
    const mark_ = chosen.mark(), reply = chosen.reply(), [unit] = reply?.nearby?.units ?? [];
    // Who was nearest a while ago may be far now: without an answer nothing of it is told.
    const isKnown = mark_ !== null && reply !== null && !chosen.isFailed();
    const cameras = new Map((reply?.nearby?.cameras ?? []).map((camera) => [camera.id, camera]));
    if (viewing.id() !== null && mark_ !== lookedFor) viewing.stop(); // another case: its own reason to look
    return html`<p class="near" ?hidden=${!isKnown}><span>${unit ? nearest(unit) : say.say("near.none")}</span
        ><button type="button" ?hidden=${!unit || !may("send_unit")} ?disabled=${mark_ !== null && orders.isBusy(mark_)}
        ${press([mark_, chosen.version(), unit], send)}>${say.say("near.send")}</button></p>
      <ul class="near cameras" ?hidden=${!isKnown || cameras.size === 0}>${each(cameras.keys(), (id) => {
        const camera = cameras.get(id);
        const name = nameOf(city, camera);
        return html`<li>${wedge(camera)}<span class="name">${say.say("near.camera", { name, m: Math.round(camera.metres) })}</span
          ><span class="state" data-lost=${mark(camera.word !== "live")}>${lateMark(city, camera)}${stateOf(city, voice, camera)}</span
          ><button type="button" ?hidden=${!orders.may("view_camera")} ?disabled=${viewing.isBusy(id) || viewing.id() === id}
          ${press([mark_, id, name], look)}>${say.say("near.look")}</button
          ><button type="button" ?hidden=${camera.word !== "live" || !camera.on_wall || !may("show")} ?disabled=${orders.isBusy(desk.wall)}
          ${press(id, cast)}>${say.say("near.show")}</button></li>`;
      })}</ul>
      ${viewing.draw((id) => { const seen = cameras.get(id); return seen && seen.word !== "live" ? stateOf(city, voice, seen) : ""; })}
      <p class="near view" ?hidden=${!may("show")}><button type="button" ?disabled=${orders.isBusy(desk.wall)}
        ${press(null, castView)}>${say.say("near.view")}</button></p>`;
  };

  function nearest(unit) {
    return say.say("near.unit", { unit: voice.reach({ ...unit, call_sign: unit.call_sign || voice.holder(unit.agency) }) });
  }
  function send([mark_, version, { unit, call_sign: sign }]) {
    desk.act("send_unit", mark_, version, { unit, call_sign: sign ?? "" }, sign ?? "");
  }
  function cast(id) {
    desk.act("show", desk.wall, 0, { kind: "camera", id });
  }
  function castView() {
    const view = city.deskMap?.view();
    if (view) desk.act("show", desk.wall, 0, { kind: "view", view });
  }
  // One tap: the case, or the linkage that is open, is why.
  function look([mark_, id, name]) {
    const incident = desk.incident();
    lookedFor = mark_;
    viewing.look(id, name, incident ? { purpose: "incident", incident, case: mark_ } : { purpose: "case", case: mark_ });
  }
});
