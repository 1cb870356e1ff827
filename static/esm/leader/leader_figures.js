// Five numbers: each with its denominator, what is not known of it, and its change since the reader's last look.
import { card, each, html, mark, nothing } from "../../js/draw.js";

const OLD_S = 1800;

export const mend = card((city, { redraw }) => {
  const { say, leader } = city, number = (n) => n.toLocaleString("en");
  leader.on(redraw);
  // On a phone the last look is told once, below all five.
  return (view) => html`<div class="five" role="list">${each(view.order, (key) => figure(key, view.rows.get(key)))}</div><p class="since">${since()}</p>`;

  function figure(key, row) {
    const isKnown = row.value !== null, colour = { over: "red", near: "orange" }[row.level], isOld = row.as_of !== null && city.city() - row.as_of > OLD_S;
    return html`<section role="listitem" data-figure=${key}><h2>${say.say("leader.figure." + key)}</h2>
      <p class="value" data-colour=${mark(isKnown && colour)}>${isKnown ? html`<b>${number(row.value)}</b>${row.of === null ? "" : html`<span class="of"> / ${number(row.of)}</span>`}` : html`<b class="none">${say.say("leader.unknown")}</b>`}</p>
      <p class="change">${isOld ? html`<span class="late">${say.age(row.as_of, city.city())}</span>` : ""}${isKnown ? change(key, row) : ""}${
        row.unknown > 0 ? html`<span class="unknown">${say.say(key === "relocation" ? "leader.without_streets" : "leader.without_data", { n: row.unknown })}</span>` : nothing}</p></section>`;
  }
  function since() {
    const look = leader.look();
    return look ? say.say("leader.since", { t: say.moment(look.at, city.city()) }) : leader.isKnown() ? say.say("leader.first_look") : "";
  }
  function change(key, row) {
    const before = leader.look()?.figures[key], by = before === undefined ? 0 : Math.round(row.value - before), sign = by > 0 ? "＋" : by < 0 ? "−" : "±";
    return html`${before === undefined ? nothing : html`<span class="by">${sign + number(Math.abs(by))}</span>`}${since() ? html`<span class="look">${since()}</span>` : nothing}`;
  }
});
