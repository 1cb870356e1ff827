// 60秒简报: what changed since the reader's last look, in facts alone, each with its number or time.
import { card, html } from "../../js/draw.js";
import { briefLines } from "../../js/leader/leader_brief.js";

export const mend = card((city, { redraw }) => {
  const { say, leader } = city;
  leader.on(redraw);
  return (view) => {
    const look = leader.look(), lines = briefLines(city, view, look);
    return html`<header><h2>${say.say("leader.brief")}</h2><button type="button" class="quiet" ?hidden=${!city.orders.may("note_look")} @click=${() => leader.seen()}>${say.say("leader.seen")}</button></header>
      <p class="brief">${look ? say.say("leader.brief.since", { t: say.moment(look.at, city.city()) }) : ""}${lines.length > 0 ? lines.join(say.say("leader.brief.and")) + say.say("leader.brief.end") : say.say("leader.brief.nothing")}</p>`;
  };
});
