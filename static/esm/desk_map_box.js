// Over the desk's map: who is nearest to the chosen case, one click to send them; the cameras that see it.
import { caseOf } from "../js/desk_case.js";
import { vocabulary } from "../js/desk_words.js";
import { card, each, html, mark, press } from "../js/draw.js";

const CAMERAS = 3;

export const mend = card((city, { redraw }) => {
  const { say, desk, orders } = city, voice = vocabulary(city), chosen = caseOf(city), { may } = chosen;
  // The pop-up over the map waits for the same answer.
  chosen.onChange("desk_map_box", () => { redraw(); city.deskMap?.look(); });
  desk.onActs(redraw);

  return () => {
    chosen.look();
    const mark_ = chosen.mark(), reply = chosen.reply(), [unit] = reply?.nearby?.units ?? [];
    // Who was nearest a while ago may be far now: without an answer nothing of it is told.
    const isKnown = mark_ !== null && reply !== null && !chosen.isFailed();
    const cameras = new Map((reply?.nearby?.cameras ?? []).slice(0, CAMERAS).map((camera) => [camera.id, camera]));
    return html`<p class="near" ?hidden=${!isKnown}><span>${unit ? nearest(unit) : say.say("near.none")}</span
        ><button type="button" ?hidden=${!unit || !may("send_unit")} ?disabled=${mark_ !== null && orders.isBusy(mark_)}
        ${press([mark_, chosen.version(), unit], send)}>${say.say("near.send")}</button></p>
      <ul class="near cameras" ?hidden=${!isKnown || cameras.size === 0}>${each(cameras.keys(), (id) => {
        const camera = cameras.get(id);
        return html`<li><span class="name">${say.say("near.camera", { name: camera.name, m: Math.round(camera.metres) })}</span
          ><span class="state" data-lost=${mark(!camera.well)}>${stateOf(camera)}</span
          ><button type="button" ?hidden=${!camera.well || !may("show")} ?disabled=${orders.isBusy(desk.wall)}
          ${press(id, cast)}>${say.say("near.show")}</button></li>`;
      })}</ul>
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
  function stateOf(camera) {
    if (camera.well) return say.say("near.camera_well");
    const since = camera.picture_at ?? (camera.heard_at == null ? null : city.toCity(camera.heard_at));
    return say.say("near.camera_lost", { t: voice.moment(since) }).trim();
  }
});
