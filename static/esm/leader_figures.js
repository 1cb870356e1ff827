// Five numbers: each with its denominator, what is not known of it, and its change since the reader's last look.
import { card, each, html, joined, mark } from "../js/draw.js";

const OLD_S = 1800;

export const mend = card((city, { redraw }) => {
  const { say, leader } = city, number = (n) => n.toLocaleString("en");
  leader.on(redraw);
  return (view) => html`<div class="five" role="list">${each(view.order, (key) => figure(key, view.rows.get(key)))}</div>`;

  function figure(key, row) {
    const isKnown = row.value !== null, colour = { over: "red", near: "orange" }[row.level], isOld = row.as_of !== null && city.city() - row.as_of > OLD_S;
    return html`<section role="listitem" data-figure=${key}><h2>${say.say("leader.figure." + key)}</h2>
      <p class="value" data-colour=${mark(isKnown && colour)}>${isKnown ? html`<b>${number(row.value)}</b>${row.of === null ? "" : html`<span class="of"> / ${number(row.of)}</span>`}` : html`<b class="none">${say.say("leader.unknown")}</b>`}</p>
      <p class="change">${isOld ? html`<span class="late">${say.age(row.as_of, city.city())}</span>` : ""}<span>${joined(isKnown && change(key, row), row.unknown > 0 && say.say(key === "relocation" ? "leader.without_streets" : "leader.without_data", { n: row.unknown }))}</span></p></section>`;
  }
  function change(key, row) {
    const look = leader.look(), before = look?.figures[key];
    if (!look) return leader.isKnown() ? say.say("leader.first_look") : "";
    const since = say.say("leader.since", { t: say.moment(look.at, city.city()) });
    if (before === undefined) return since;
    const by = Math.round(row.value - before), sign = by > 0 ? "＋" : by < 0 ? "−" : "±";
    return joined(sign + number(Math.abs(by)), since);
  }
});
