// 当班值守: by exception. Present is quiet; an empty seat is loud.
import { card, head, html, joined, mark } from "../../js/draw.js";

const MOST_EMPTY = 2, MOST_LATIN = 1;

export const mend = card(({ say, words, city, page }) => ({ scalars: d, order, rows }) => {
  const now = city(), count = (n) => n.toLocaleString("en");
  const handOver = d.hand_over_at == null ? "" : say.say("duty.hand_over", {
    t: say.moment(d.hand_over_at, now), left: say.left(d.hand_over_at, now),
  });
  // The roster writes the title after the name; beside its own label it would stand twice.
  const lead = say.person(d.shift_lead, say.say("duty.shift_lead")) || "—";
  const empty = order.map((name) => {
    const { since } = rows.get(name), late = since === null ? "" : " " + say.say("time.late", { t: say.coarse(now - since) });
    return (words("agency." + name) ?? words("role." + name) ?? name) + late;
  });
  const most = page.lang === "en" ? MOST_LATIN : MOST_EMPTY;
  const names = empty.slice(0, most).join(say.say("list.comma")), over = empty.length - most;
  const posts = joined(
    d.streets != null && d.streets_on_post != null && say.say("duty.streets", { n: d.streets_on_post, of: d.streets }),
    d.workstations != null && d.workstations_online != null &&
      say.say("duty.workstations", { n: count(d.workstations_online), of: count(d.workstations) }),
    d.unanswered > 0 && say.say("duty.unanswered", { n: d.unanswered }),
  );

  return html`${head(say.say("duty.title"), handOver)}
    <p class="people"><span>${say.say("duty.leader")}</span><span data-person=${mark(Boolean(d.leader))}>${say.person(d.leader) || "—"}</span
      ><span>${say.say("duty.shift_lead")}</span><span>${lead}</span></p>
    <p class="seats"><span>${d.seats ? say.say("duty.seats", { n: d.seats_present, of: d.seats }) : say.say("duty.no_roster")}</span
      ><span class="empty" data-colour=${mark(d.unstaffed > 0 && "red")} ?hidden=${empty.length === 0}>${say.say("duty.empty", { names })}${over > 0 ? say.say("more.plain", { n: over }) : ""}</span></p>
    <p class="seats" ?hidden=${d.absent_leader_since == null}><span class="empty" data-colour="red">${d.absent_leader_since == null ? "" : say.say("leader.absent", { t: say.coarse(Math.max(0, now - d.absent_leader_since)) })}</span></p>
    <p class="posts" ?hidden=${posts === ""}>${posts}</p>`;
});
