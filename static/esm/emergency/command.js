// 应急指挥体系: three lines in the place of 当班值守. Who is there is quiet; who is missing is loud, and told in words.
import { card, head, html, joined, mark } from "../../js/draw.js";

const MOST_EMPTY = 2, MOST_LATIN = 1;

export const mend = card(({ say, words, city, page }) => ({ scalars: told, order, rows }) => {
  const now = city(), rotating = told.rotating ?? null, since = told.absent_leader_since ?? null;
  const where = rotating?.is_there ? say.say("command.there") : say.say("command.absent") + (since === null ? "" : " " + say.coarse(Math.max(0, now - since)));
  const lead = (told.shift_lead || "—").replace(/（[^）]*）$/, "");
  const empty = order.map((name) => {
    const { since } = rows.get(name), late = since === null ? "" : " " + say.say("time.late", { t: say.coarse(now - since) });
    return (words("agency." + name) ?? words("role." + name) ?? name) + late;
  });
  const most = page.lang === "en" ? MOST_LATIN : MOST_EMPTY, over = empty.length - most, names = empty.slice(0, most).join(say.say("list.comma"));
  const scene = told.scene && (told.scene_unit ? say.say("band.person", { name: told.scene, title: say.road(told.scene_unit) }) : told.scene);
  const as = told.commander_as && words((told.commander_as === "spoken" ? "command." : "role.") + told.commander_as);
  const chief = told.commander && as && told.commander_as === "deputy" ? say.say("band.person", { name: told.commander, title: as }) : say.person(told.commander) || as;
  return html`${head(say.say("duty.title"), say.say("command.title"))}
    <p class="people"><span>${say.say("command.commander")}</span><span data-person=${mark(Boolean(chief))}>${chief || (told.asked ? html`<b data-state="away">${say.say("command.absent")}</b>` : say.say("command.unnamed"))}</span
      ><span>${say.say("command.scene")}</span><span data-person=${mark(Boolean(scene))}>${scene || say.say("command.unnamed")}</span></p>
    <p class="people"><span>${say.say("command.rotating")}</span><span data-person=${mark(Boolean(rotating?.name))}>${say.person(rotating?.name) || say.say("command.unplanned")}${
      rotating === null ? "" : html`<b data-state=${rotating.is_there ? "there" : rotating.is_needed ? "away" : null}>${where}</b>`}</span
      ><span>${say.say("duty.shift_lead")}</span><span>${lead}</span></p>
    <p class="seats"><span>${joined(told.seats ? say.say("duty.seats", { n: told.seats_present, of: told.seats }) : say.say("duty.no_roster"), rotating === null && told.leader && `${say.say("duty.leader")} ${say.person(told.leader)}`)}</span
      ><span class="empty" data-colour=${mark(told.unstaffed > 0 && "red")} ?hidden=${empty.length === 0}>${say.say("duty.empty", { names })}${over > 0 ? say.say("more.plain", { n: over }) : ""}</span></p>`;
});
