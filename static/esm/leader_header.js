// The leader's header: whose page it is, the clock, and in red a rotating leader who is missing in the room, with the
// one tap that passes the authority to the deputy.
import { card, html, mark, press } from "../js/draw.js";
import { refusedLine } from "../js/duty_orders.js";
import { clock, link, person, signs, ways } from "./header.js";

export const mend = card((city, { redraw }) => {
  const { say, orders } = city;
  orders.on(redraw);
  return (view) => {
    const { absent_since: since, passes_at: at, deputy, leader, shift } = view.scalars, now = city.city();
    const isAbsent = since !== null && since !== undefined, subject = "shift:" + shift;
    const may = isAbsent && deputy && orders.may("pass_authority") && now >= at;
    const pass = () => orders.act("pass_authority", subject, orders.version(subject), { post: "rotating_leader" });
    return html`<h1>${city.hello()?.name?.[city.page.lang] ?? city.page.title[city.page.lang] ?? ""}</h1><span class="person">${person(city)}</span>
      <span class="presence" data-absent=${mark(isAbsent)}>${isAbsent ? say.say("leader.absent", { t: say.coarse(Math.max(0, now - since)) }) : leader ? say.say("leader.present", { name: orders.short(leader) }) : ""}</span>
      <button type="button" class="pass" ?hidden=${!may} ${press({}, pass)}>${say.say("leader.pass", { name: orders.short(deputy ?? "") })}</button>
      ${refusedLine(city, subject, ["pass_authority"])}${signs(city, view)}${link(city, "")}${ways(city)}${clock(city)}`;
  };
});
