// 参观汇报 on the desk and the duty page: until when one runs, starting one, and F9, which throws visitors off at once.
import { card, html, live, press } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";

const SUBJECT = "briefing:hall", MINUTES = [30, 45, 60, 90, 120, 180];

export const mend = card((city, { redraw }) => {
  const { say, words, orders, keys } = city;
  let visit = "", minutes = 60, lang = "zh", isOpen = false;
  orders.on(redraw);
  // One press, no question: an emergency does not wait. Where none runs the server says so.
  keys.on("F9", () => end("hot_key"));
  function end(why) {
    if (orders.may("end_briefing")) orders.act("end_briefing", SUBJECT, 0, { why });
  }
  async function start(event) {
    event.preventDefault();
    if (!visit.trim()) return;
    const until = new Date((city.city() + minutes * 60) * 1000).toISOString();
    const done = await orders.act("start_briefing", SUBJECT, orders.version(SUBJECT) || version, { visit: visit.trim(), until, lang });
    if (done?.done) [visit, isOpen] = ["", false];
    redraw();
  }
  let version = 0;

  return ({ scalars }) => {
    version = scalars.version ?? 0;
    const until = scalars.until ?? null, may = orders.may("start_briefing"), told = refusedLine(city, SUBJECT, ["start_briefing", "end_briefing"]);
    if (until === null && !told && !(may && city.page.channel === "duty")) return html``;
    return html`<div class="briefing"><p><b>${say.say("briefing.control")}</b><span>${until === null ? say.say("briefing.control.none") : say.say("briefing.control.until", { t: say.moment(until, city.city()) })}</span>
      ${until !== null && orders.may("end_briefing") ? html`<button type="button" ${press({}, () => end("ended"))}>${words("verb.end_briefing")}<kbd>F9</kbd></button>` : ""}
      ${until === null && may && !isOpen && city.page.channel === "duty" ? html`<button type="button" @click=${() => { isOpen = true; redraw(); }}>${words("verb.start_briefing")}…</button>` : ""}</p>
      ${until === null && may && isOpen ? form() : ""}${told}</div>`;
  };

  function form() {
    return html`<form @submit=${start} @keydown=${(event) => { if (event.key === "Escape") { isOpen = false; redraw(); } }}>
      <label><span>${say.say("briefing.control.visit")}</span><input type="text" name="visit" maxlength="100" required .value=${live(visit)} @input=${({ target }) => { visit = target.value; }}></label>
      <label><span>${say.say("briefing.control.minutes")}</span><select name="minutes" @change=${({ target }) => { minutes = Number(target.value); }}>${MINUTES.map((n) => html`<option value=${n} ?selected=${n === minutes}>${n}</option>`)}</select></label>
      <label><span>${say.say("briefing.control.lang")}</span><select name="lang" @change=${({ target }) => { lang = target.value; }}>${["zh", "en"].map((one) => html`<option value=${one} ?selected=${one === lang}>${words("code.lang." + one)}</option>`)}</select></label>
      <button type="submit" class="primary">${words("verb.start_briefing")}</button><p class="note">${say.say("briefing.control.private")}</p></form>`;
  }
});
