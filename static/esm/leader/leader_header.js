// The leader's header: whose page it is, the clock, and in red a rotating leader who is missing in the room, with the
// one tap that passes the authority to the deputy. The commander authorises somebody to decide in their place: after ten
// minutes of that absence by one tap, else from a list.
import { card, each, html, mark, nothing, press } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";
import { clock, link, person, signs, ways } from "../header.js";

const AGAIN_MS = 15000, MOST = 2;

export const mend = card((city, { redraw }) => {
  const { say, words, orders } = city;
  let known = /** @type {{ responses: Row[], people: Row[] }} */ ({ responses: [], people: [] }), askedAt = -Infinity, isChoosing = false;
  orders.on((made) => {
    if (made?.verb === "authorise_deputy" && made.state === "done") askedAt = -Infinity;
    redraw();
  });
  function look() {
    if (!orders.may("authorise_deputy") || performance.now() - askedAt < AGAIN_MS) return;
    askedAt = performance.now();
    orders.ask("deputies", {}).then(({ responses = [], people = [] }) => { known = { responses, people }; redraw(); }, () => {});
  }
  const authorise = ({ on, to }) => {
    isChoosing = false;
    orders.act("authorise_deputy", "response:" + on.id, Math.max(on.version, orders.version("response:" + on.id)), to ? { to } : {});
    redraw();
  };

  return (view) => {
    const { absent_since: since, passes_at: at, deputy, leader, shift } = view.scalars, now = city.city();
    const isAbsent = since !== null && since !== undefined, subject = "shift:" + shift;
    const may = isAbsent && deputy && orders.may("pass_authority") && now >= at;
    look();
    const pass = () => orders.act("pass_authority", subject, orders.version(subject), { post: "rotating_leader" });
    return html`<h1>${city.hello()?.name?.[city.page.lang] ?? city.page.title[city.page.lang] ?? ""}</h1><span class="person">${person(city)}</span>
      <span class="presence" data-absent=${mark(isAbsent)}>${isAbsent ? say.say("leader.absent", { t: say.coarse(Math.max(0, now - since)) }) : leader ? say.say("leader.present", { name: orders.short(leader) }) : ""}</span>
      <button type="button" class="pass" ?hidden=${!may} ${press({}, pass)}>${say.say("leader.pass", { name: orders.short(deputy ?? "") })}</button>
      ${deputy_(isAbsent && now >= at)}
      ${refusedLine(city, subject, ["pass_authority"])}${signs(city, view)}${link(city, "")}${ways(city)}${clock(city)}`;
  };

  /** @param {boolean} isLong the rotating leader has been missing for ten minutes */
  function deputy_(isLong) {
    const [on] = known.responses, isOff = on && (orders.isBusy("response:" + on.id) || !orders.isLive());
    if (!on || !orders.may("authorise_deputy")) return nothing;
    if (on.deputy) return html`<span class="presence">${say.say("leader.deputy", { name: orders.short(on.deputy) })}</span><button type="button" class="pass" ?disabled=${isOff} ${press({ on, to: "" }, authorise)}>${say.say("leader.deputy_end")}</button>`;
    const people = known.people.filter(({ name }) => name).slice(0, MOST), one = (person) => html`<button type="button" class="pass deputy" ?disabled=${isOff}
      ${press({ on, to: person.to }, authorise)}>${say.say("leader.authorise", { name: orders.short(person.name), post: words("role." + person.post) ?? "" })}</button>`;
    if (people.length === 0) return nothing;
    if (isLong || isChoosing) return html`${each(people.map(({ to }) => to), (to) => one(people.find((person) => person.to === to)))}${refusedLine(city, "response:" + on.id, ["authorise_deputy"])}`;
    return html`<button type="button" class="pass" ?disabled=${isOff} @click=${() => { isChoosing = true; redraw(); }}>${words("verb.authorise_deputy")}…</button>`;
  }
});
