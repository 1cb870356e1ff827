// 在岗: the big switch, and before it the call-out test with its clock while it runs.
import { card, html, joined, mark, nothing, press } from "../../js/draw.js";
import { toldOf } from "../../js/field/field_parts.js";

export const mend = card((city, place) => {
  const { say, page, outbox, orders, field } = city;
  let last = "";
  outbox.on(place.redraw);
  field.on(place.redraw);

  function callOut(code, [id, startedAt, limitAt, answeredAt]) {
    const now = city.city(), subject = "call_out:" + id, used = now - startedAt;
    if (answeredAt !== null) return html`<p class="answered">${say.say("station.answered", { t: say.hhmmss(answeredAt) })}</p>`;
    const isOver = now > limitAt, told = toldOf(city, subject, say.say("station.answer"));
    const answer = () => outbox.send("answer_call_out", subject, 0, { workstation: code });
    return html`<article class="call-out" data-over=${mark(isOver)}><header><b>${say.say("station.call_out")}</b><time>${say.task(used, limitAt - startedAt)}</time></header>
      ${told ?? html`<button type="button" class="next" ?disabled=${!orders.may("answer_call_out")} ${press("answer", answer)}>${say.say("station.answer")}</button>`}</article>`;
  }

  return ({ as_of, scalars }) => {
    if (as_of === null) return nothing;
    const { code, shift, state, since, holder, mark: who, test } = scalars, me = page.person?.person_mark ?? "";
    const isOn = state === "signed_in" && who === me, isOther = state === "signed_in" && !isOn, subject = "shift:" + shift;
    const told = toldOf(city, subject, last);
    const flip = (wasOn) => {
      last = say.say(wasOn ? "station.sign_out" : "station.sign_in");
      outbox.send(wasOn ? "sign_out" : "sign_in", subject, 0, wasOn ? {} : { method: "phone" });
    };
    return html`${test ? callOut(code, test) : nothing}
      <button type="button" role="switch" class="switch" aria-checked=${String(isOn)} ?disabled=${!orders.may("sign_in") || !shift || outbox.of(subject) !== null} ${press(isOn, flip)}>
        <span class="lamp"></span><b>${say.say(isOn ? "station.on" : "station.off")}</b
        ><i>${joined(isOn && say.say("station.since", { t: say.hhmm(since) }), isOther && say.say("station.other", { person: holder }))}</i></button>
      ${told ?? nothing}
      ${page.phone ? html`<a class="link call" href=${"tel:" + page.phone.replaceAll(/[^0-9+*#]/g, "")}>☎ ${say.say("station.call")}</a>` : nothing}`;
  };
});
