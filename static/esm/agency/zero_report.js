// 零报告: the round that asks this street or agency, one tap for 无变化, and the numbers to fill.
import { card, head, html, joined, mark, nothing, press } from "../../js/draw.js";
import { numbersForm, summary } from "../../js/emergency/situation_numbers.js";

export const mend = card((city, place) => {
  const { say, orders } = city;
  /** @type {{ verb: string, draw: (view: View) => unknown } | null} */
  let form = null;
  orders.on(place.redraw);
  const leave = () => { form = null; place.redraw(); };

  /** What is typed goes out as a report of the round, or alone when none is asked for. @param {string} verb */
  function want(verb) {
    form = form?.verb === verb ? null : { verb, draw: numbersForm(city, place.redraw, leave, (told, args) => send(verb, told, args)) };
    place.redraw();
  }
  /** @param {string} verb @param {Row} told @param {Record<string, any>} args */
  async function send(verb, told, args) {
    const [subject, version] = verb === "send_zero_report" ? ["report_round:" + told.round, told.version] : [told.situation, told.situation_version];
    const answer = await orders.act(verb, subject, version, verb === "send_zero_report" ? { nil: false, ...args } : args);
    if (answer?.done) leave();
  }
  const nil = (told) => orders.act("send_zero_report", "report_round:" + told.round, told.version, { nil: true });

  return (view) => {
    const { as_of, scalars: told } = view, isShown = as_of !== null && !!told.situation;
    const cell = document.querySelector('[data-cell="zero_report"]');
    if (cell) city.mend.mark(cell, "shown", isShown ? "" : null);
    if (!isShown) { form = null; return nothing; }
    if (form?.verb === "send_zero_report" && !told.round) form = null;
    const now = city.city(), state = stateOf(told, now);
    const level = told.rank ? say.say("zero.level." + told.rank) : "";
    const title = joined(say.say(told.round ? "zero.title" : "zero.numbers"), level, told.is_exercise && say.say("zero.exercise"));
    return html`${head(title, leftOf(told, state, now), state === "over")}
      <div class="zero" data-state=${state}>
        ${summary(city, view, now)}
        ${told.round && told.sent_at != null ? html`<p class="sent" role="status">${sentOf(told, now)}</p>` : nothing}
        ${buttons(view, told)}
        ${answerOf(told)}
        ${form ? form.draw(view) : nothing}
      </div>`;
  };

  function stateOf(told, now) {
    if (!told.round) return "";
    if (told.sent_at != null) return told.late_s > 0 ? "late_sent" : "sent";
    return now < told.due_at ? "waiting" : now < told.due_at + told.red_s ? "late" : "over";
  }
  function leftOf(told, state, now) {
    if (state === "") return "";
    if (told.sent_at == null) return say.left(told.due_at, now);
    return told.next_at == null ? "" : say.say("zero.next", { t: say.hhmm(told.next_at) });
  }
  function sentOf(told, now) {
    const late = told.late_s > 0 && say.say("zero.late", { t: say.fine(told.late_s) });
    return joined(say.say(told.sent_nil ? "zero.sent_nil" : "zero.sent", { t: say.moment(told.sent_at, now) }), told.sent_by_phone && say.say("zero.by_phone"), late);
  }

  function buttons({ order, rows }, told) {
    const isKnown = order.some((id) => rows.get(id).value != null), hasNumbers = order.some((id) => id.startsWith("f:"));
    const subject = told.round ? "report_round:" + told.round : told.situation;
    const isBusy = orders.isBusy(subject) || orders.isBusy(told.situation);
    if (told.round && orders.may("send_zero_report")) {
      const isSent = told.sent_at != null;
      return html`<div class="ways">
        <button type="button" class="nil" data-first=${mark(!isSent)} ?disabled=${isBusy} ${press(told, nil)}>${say.say(isSent ? "zero.again" : isKnown ? "zero.nil" : "zero.nothing")}</button>
        <button type="button" class="fill" ?hidden=${!hasNumbers} ?disabled=${isBusy} data-open=${mark(form !== null)} ${press("send_zero_report", want)}>${say.say(isSent ? "zero.correct" : "zero.fill")}</button></div>`;
    }
    if (!hasNumbers || !orders.may("report_figures")) return nothing;
    return html`<div class="ways"><button type="button" class="fill" ?disabled=${isBusy} data-open=${mark(form !== null)} ${press("report_figures", want)}>${say.say("zero.numbers_fill")}</button></div>`;
  }

  // What became of the last press, in its place.
  function answerOf(told) {
    for (const subject of ["report_round:" + told.round, told.situation]) {
      const made = orders.of(subject);
      if (!made || made.state === "done" || made.state === "pending") continue;
      const verb = say.say("verb." + made.verb);
      const text = made.state === "refused" ? orders.refusal(/** @type {Answer} */ (made.answer).refused ?? {}) : say.say(made.state === "silent" ? "desk.silent" : "desk.lost", { verb });
      return html`<div class="answer"><p class="told" role="alert" data-state=${made.state}>${text}</p>
        ${made.state === "lost" ? html`<button type="button" @click=${() => orders.resend(made)}>${say.say("desk.resend")}</button>` : nothing}
        <button type="button" ?hidden=${made.state === "silent"} @click=${() => orders.forget(subject)}>${say.say("desk.good")}</button></div>`;
    }
    return nothing;
  }
});
