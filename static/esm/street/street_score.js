// 成绩: the street's own score of the last days, opened by a press: its parts, and the raw cases behind each of them.
import { card, each, html, joined, mark, nothing } from "../../js/draw.js";

export const mend = card((city, place) => {
  const { say, words } = city;
  let isOpen = false, isAsking = false, part = "", told = /** @type {Record<string, any> | null} */ (null);
  async function ask() {
    isAsking = true;
    place.redraw();
    const reply = await city.orders.ask("score", {}).catch(() => ({}));
    told = reply.score ?? told;
    isAsking = false;
    place.redraw();
  }
  function open() {
    isOpen = !isOpen;
    if (isOpen) ask();
    place.redraw();
  }
  const percent = (rate) => (rate === null ? "—" : say.say("unit.percent", { n: rate }));

  return () => html`<button type="button" class="fold" data-open=${mark(isOpen)} aria-expanded=${String(isOpen)} @click=${open}>${joined(
      say.say("street_score.title"), told?.value != null && isOpen && String(told.value))}</button>
    ${isOpen ? html`<p class="calm" ?hidden=${told !== null || !isAsking}>${say.say("street_score.asking")}</p>
      <p class="calm" ?hidden=${told !== null || isAsking}>${say.say("street_score.failed")}</p>
      ${told ? score(told) : nothing}` : nothing}`;

  function score(of) {
    const chosen = of.parts.find((one) => one.part === part);
    return html`<p class="note">${joined(say.say("street_score.days", { n: of.days, t: say.hhmm(of.at) }), of.value === null && say.say("street_score.few"), of.exempt.length > 0 && say.say("street_score.exempt", { n: of.exempt.length }))}</p>
      <ul class="lines parts">${each(of.parts.map((one) => one.part), (name) => {
        const one = of.parts.find((other) => other.part === name);
        return html`<li><button type="button" class="part" data-on=${mark(name === part)} ?disabled=${one.all === 0} @click=${() => { part = name === part ? "" : name; place.redraw(); }}
          ><span>${words("street_score.part." + name) ?? name}</span><time>${joined(percent(one.rate), `${one.met}/${one.all}`)}</time></button></li>`;
      })}</ul>
      ${chosen ? html`<ul class="lines raw">${each(chosen.cases.map((one) => one.id), (id) => row(chosen, chosen.cases.find((one) => one.id === id)))}</ul>` : nothing}`;
  }
  function row(of, one) {
    const name = one.task !== undefined ? words("task." + one.task) ?? say.say("linkage.task") : words("class." + one.class) ?? (one.label || say.say("class.unknown"));
    const isWrong = one.met === (of.part === "rework" || of.part === "overruled");
    return html`<li data-wrong=${mark(isWrong)}><b>${say.say(isWrong ? "street_score.missed" : "street_score.met")}</b><span>${joined(name, say.road(one.road))}</span><time>${one.at === null ? "" : say.moment(one.at, city.city())}</time></li>`;
  }
});
