// 灾害顺延 on the desk's strip: how many cases it defers and until when; a duty leader switches it on and off.
import { html, joined, mark, press } from "../draw.js";

const SUBJECT = "relaxation:defer_ordinary", HOURS = [2, 4, 8, 12, 24];

/** @param {City} city @param {() => void} redraw */
export function deferralOf(city, redraw) {
  const { say, desk, orders } = city;
  let isOpen = false, hours = HOURS[2] ?? 8, reason = "";

  const toggle = () => { isOpen = !isOpen; redraw(); };
  async function start(version) {
    if (!desk.isLive() || reason.trim() === "") return;
    const until = new Date((city.city() + hours * 3600) * 1000).toISOString();
    const answer = await desk.act("start_relaxation", SUBJECT, version, { until, text: reason.trim() }, "");
    if (answer?.done) [isOpen, reason] = [false, ""];
    redraw();
  }
  const end = (version) => { if (desk.isLive()) desk.act("end_relaxation", SUBJECT, version, {}, ""); };

  // `told`: the scalars of the strip.
  return (told) => {
    const { deferred = 0, relaxation_version: version = 0 } = told, deferral = told.deferral ?? null;
    const made = orders.of(SUBJECT), refused = made?.state === "refused" ? orders.told(made) : "";
    const words = deferral && joined(say.say("desk.deferred", { n: deferred }),
      say.say("desk.deferred_until", { t: say.moment(deferral.until, city.city()), by: orders.short(deferral.by) }));
    const may = orders.may(deferral ? "end_relaxation" : "start_relaxation"), isOff = !desk.isLive() || orders.isBusy(SUBJECT);
    return html`<div class="deferral" title=${say.say("desk.defer_title")} ?hidden=${!deferral && !may}>
      <span class="deferred" ?hidden=${!deferral}>${words}</span>
      <button type="button" ?hidden=${!deferral || !may} ?disabled=${isOff} ${press(version, end)}>${say.say("desk.defer_end")}</button>
      <button type="button" data-on=${mark(isOpen)} ?hidden=${deferral !== null || !may} @click=${toggle}>${say.say("desk.defer")}</button>
      ${isOpen && !deferral && may ? form(version, isOff) : ""}
      <span class="refused" ?hidden=${refused === ""}>${refused}</span></div>`;
  };

  function form(version, isOff) {
    return html`<select @change=${(event) => { hours = Number(event.target.value); redraw(); }}>${HOURS.map((n) =>
        html`<option value=${String(n)} ?selected=${n === hours}>${say.say("desk.defer_hours", { n })}</option>`)}</select>
      <input type="text" maxlength="200" placeholder=${say.say("desk.defer_reason")} @input=${(event) => { reason = event.target.value; redraw(); }}>
      <button type="button" class="start" ?disabled=${isOff || reason.trim() === ""} ${press(version, start)}>${say.say("verb.start_relaxation")}</button>`;
  }
}
