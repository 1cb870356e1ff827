// One line that never changes its height: who must act now, the worst critical cases (five at most, and how many
// more), the rulings that wait, what is deferred, and what was done last.
import { card, each, html, joined, mark, press, shape } from "../../js/draw.js";
import { deferralOf } from "../../js/desk/desk_deferral.js";
import { agencyOf, placeOf } from "../../js/linkage/linkage_matrix.js";
import { FIGURES, figure } from "../wall/act.js";
import { EMERGENCY, told as figureOf } from "../emergency/situation.js";

// Of more than these at once only the places have room; class and time stand in the rows below.
const MOST_ALARMS = 10, MOST_P1 = 0.05, MOST_NAMED = 4, MOST_LATIN = 3, MOST_IN_EMERGENCY = 2;

export const mend = card((city, { redraw }) => {
  const { say, desk, orders } = city, { alarm } = desk, deferral = deferralOf(city, redraw);
  orders.on(redraw);
  alarm.on(redraw);

  return ({ scalars: told, order: every, rows }) => {
    // In an emergency the line holds the alarms' budget, and Latin names are long; the worst cases stand on top of the queue.
    const isLatin = city.page.lang === "en", most = told.figures != null ? MOST_IN_EMERGENCY : isLatin ? MOST_LATIN : every.length;
    const order = every.slice(0, most);
    const more = (told.more_critical ?? 0) + every.slice(order.length).filter((id) => rows.get(id).kind === "critical").length;
    const now = city.city();
    // What came in and was not looked at; and how much of it one person can take (ten in ten minutes).
    alarm.take(told.critical_keys && [...told.critical_keys, ...(told.red_alarms ?? [])]);
    const fresh = alarm.fresh().length;
    const outbox = joined(
      told.outbox > 0 && say.say("desk.outbox", { n: told.outbox }),
      told.outbox_failing > 0 && say.say("desk.outbox_failing", { n: told.outbox_failing }),
    );
    return html`${figures(told)}
      <button type="button" class="linkage" data-late=${mark(told.late_tasks > 0)} ?hidden=${!(told.incidents > 0)} @click=${worst}>${joined(
        say.say("linkage.strip", { n: told.incidents ?? 0 }), told.late_tasks > 0 && say.say("linkage.strip_late", { n: told.late_tasks }))}</button>
      <button type="button" class="linkage" data-late=${mark(told.screening_hazards > 0)} ?hidden=${!(told.screening > 0)} @click=${screen}>${joined(
        say.say("screening.strip", { n: told.screening ?? 0 }), told.screening_hazards > 0 && say.say("screening.strip_hazards", { n: told.screening_hazards }))}</button>
      <button type="button" class="alarm" ?hidden=${fresh === 0} @click=${alarm.look}>${joined(
        say.say("desk.alarm", { n: fresh }), !alarm.isHeard() && say.say("desk.alarm_mute"))}</button>
      <button type="button" class="begin" ?hidden=${fresh === 0 || !orders.may("open_incident")} ?disabled=${!desk.isLive()} ${press(alarm.fresh()[0] ?? "", (id) => desk.beginLinkage({ case: id }))}>${say.say("linkage.begin")}</button>
      ${budget(told)}
      <div class="rulings" ?hidden=${order.length === 0}>${each(order, (id) => {
        const row = rows.get(id), isFew = order.length <= MOST_NAMED, isNamed = isFew && told.figures == null && !isLatin, left = row.due_at === null || !isFew ? "" : say.left(row.due_at, now);
        return html`<button type="button" class="ruling" data-kind=${row.kind} title=${desk.what(row)} @click=${() => desk.select(id)}>${
          row.kind === "critical" ? shape("critical") : ""}<span class="what">${isNamed ? desk.what(row) : placeOf(city, row) || desk.what(row)}</span
          ><b>${left}</b><span class="state">${row.sent ? say.say("order.sent") : ""}</span></button>`;
      })}<span class="more" ?hidden=${more === 0}>${say.say("desk.critical_more", { n: more })}</span></div>
      ${deferral(told)}
      <button type="button" class="linkage" ?hidden=${!orders.may("propose_level") || (city.card("desk_level")?.order.length ?? 0) > 0} @click=${() => city.deskLevel?.open("")}>${say.say("levels.strip")}</button>
      <span class="outbox" data-loud=${mark(told.outbox_failing > 0)} ?hidden=${outbox === ""}>${outbox}</span>
      ${done()}`;
  };

  // Six figures: in an emergency those of the emergency, at the same place.
  function figures(told) {
    if (told.figures == null) {
      return html`<div class="figures">${each(FIGURES.keys(), (id) => html`<span class="figure"
        data-colour=${mark(told[id] > 0 && FIGURES.get(id))}><span>${say.say("act." + id)}</span><b>${figure(told[id])}</b></span>`)}</div>`;
    }
    return html`<div class="figures">${each(EMERGENCY.keys(), (id) => {
      const one = figureOf(city, id, told.figures[id]);
      return html`<span class="figure" data-emergency title=${joined(one.more, one.age)} data-colour=${mark(one.colour || null)}><span>${say.say("situation." + id)}</span><b>${one.number}${one.of}</b></span>`;
    })}</div>`;
  }
  // How many alarms came in ten minutes, and how many one person can take. Told always in an emergency, else beyond the limit.
  function budget(told) {
    const share = told.alarms > 0 ? told.p1 / told.alarms : 0, isOver = told.alarms > MOST_ALARMS;
    return html`<span class="flood" data-over=${mark(isOver)} ?hidden=${!(isOver || (told.figures != null && told.alarms != null))}>${joined(
      say.say("desk.flood", { n: told.alarms ?? 0, most: MOST_ALARMS }),
      told.same > 0 && say.say("desk.flood_same", { n: told.same }),
      told.figures != null && isOver && share > MOST_P1 && say.say("desk.flood_p1", { n: Math.round(share * 100), most: MOST_P1 * 100 }))}</span>`;
  }
  function screen() {
    city.deskScreening?.open();
  }
  // The worst incident; the list of all stands above it.
  function worst() {
    const [first] = city.card("desk_linkage")?.order ?? [];
    if (first) desk.openIncident(first.slice(2));
  }
  // The newest act that can still be undone, whichever row it was.
  function done() {
    const last = orders.all().filter((made) => orders.undoLeft(made) > 0).sort((a, b) => (b.at ?? 0) - (a.at ?? 0))[0];
    if (!last) return html`<div class="done" hidden></div>`;
    const row = desk.row(last.mark), task = city.card("desk_linkage")?.rows.get("t:" + last.mark.slice("task:".length));
    return html`<div class="done"><span>${orders.doneWords(last, row ? desk.what(row) : task ? agencyOf(city, task.agency) : "")} ${say.hhmmss(last.at ?? NaN)}</span
      ><button type="button" ?disabled=${!desk.isLive()} ${press(last.mark, desk.undo)}>${say.say("desk.undo_n", { n: orders.undoLeft(last) })}</button></div>`;
  }
});
