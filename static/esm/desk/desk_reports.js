// 零报告 on the desk: the streets of the round. Who has no network telephones; the officer enters what was said, and the
// report says that it came by telephone and who entered it.
import { card, each, html, joined, mark, nothing, press } from "../../js/draw.js";
import { typed } from "../../js/desk/desk_forms.js";
import { numbersForm } from "../../js/emergency/situation_numbers.js";

const LATE = ["late", "over"];

export const mend = card((city, { face, redraw }) => {
  const { say, words, orders, desk, page: { streets } } = city;
  let isOpen = false, of = "", caller = "", told = /** @type {Row} */ ({});
  let form = /** @type {{ draw: (view: any) => unknown, view: any } | null} */ (null);
  orders.on((made) => { if (made === null || made.mark.startsWith("report_round:")) redraw(); });
  const nameOf = (code) => words("street." + code) ?? code, subject = () => "report_round:" + told.round;

  function choose(code) {
    [of, caller, form] = [of === code ? "" : code, "", null];
    redraw();
  }
  const leave = () => choose(of);
  async function send(args) {
    const street = of, who = caller.trim();
    const answer = await orders.act("send_zero_report", subject(), Math.max(told.version, orders.version(subject())), { ...args, holder: street, ...(who && { text: who }) }, street);
    if (answer?.done && of === street) leave();
  }
  const nil = () => send({ nil: true });
  async function fill() {
    const street = of, reply = await desk.ask("holder_report", { holder: street }).catch(() => null);
    if (of !== street || !reply?.form) return;
    const { scalars, rows } = reply.form, view = { scalars, order: rows.map(([id]) => id), rows: new Map(rows) };
    form = { view, draw: numbersForm(city, redraw, leave, (_, args) => send({ nil: false, ...args })) };
    redraw();
  }

  return ({ scalars, rows }) => {
    told = scalars;
    const isShown = !!told.round, root = face.getRootNode(); // the card's frame stands outside of its shadow
    if (root instanceof ShadowRoot) root.host.closest(".cell-card")?.toggleAttribute("data-empty", !isShown);
    if (!isShown) {
      [isOpen, of, form] = [false, "", null];
      return nothing;
    }
    const late = streets.filter((code) => LATE.includes(rows.get(code)?.state)).length;
    return html`<div class="bar"><button type="button" class="toggle" aria-expanded=${String(isOpen)} @click=${() => { isOpen = !isOpen; redraw(); }}>${say.say("zero.title")}</button
      ><span class="count" data-late=${mark(late > 0)}>${joined(say.say("phone_report.sent", { n: told.sent, of: told.holders }), late > 0 && say.say("phone_report.late", { n: late }))}</span
      ><span class="note">${say.say("reports.round", { t: say.moment(told.due_at, city.city()) })}</span></div>
      ${isOpen ? html`<div class="places">${each(streets.filter((code) => rows.has(code)), (code) => place(code, rows.get(code)))}</div>${of ? entry(rows.get(of)) : nothing}` : nothing}`;
  };

  function place(code, row) {
    return html`<button type="button" class="place" data-report=${row.state} data-on=${mark(code === of)} ?disabled=${!orders.may("send_zero_report")} ${press(code, choose)}>${
      row.state === "over" ? "◆" : row.state === "late" ? "▲" : ""}${nameOf(code)}${row.by_phone ? html`<i>${say.say("phone_report.mark")}</i>` : nothing}</button>`;
  }
  function entry(row) {
    const isOff = orders.isBusy(subject()) || !orders.isLive(), made = orders.of(subject());
    const lately = made !== null && made.state !== "done" ? html`<p class="told" data-kind=${made.state}>${orders.told(made, "")}</p>` : nothing;
    return html`<div class="zero"><p class="whom"><b>${nameOf(of)}</b><span>${say.say("phone_report.of")}</span></p>
      <label class="reason"><span>${say.say("phone_report.caller")}</span><input type="text" maxlength="100" @input=${typed((text) => { caller = text; })}></label>
      <p class="do"><button type="button" class="primary" ?disabled=${isOff} ${press(of, nil)}>${say.say("zero.nil")}</button><button type="button" ?disabled=${isOff} ${press(of, fill)}>${say.say(row?.state === "sent" ? "zero.correct" : "zero.fill")}</button
      ><button type="button" class="plain" @click=${leave}>${say.say("detail.cancel")}</button></p>${lately}${form ? form.draw(form.view) : nothing}</div>`;
  }
});
