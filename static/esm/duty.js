// 当班值守: by exception. Present is quiet; an empty seat is loud.
export function mend(face, view, city) {
  const { make, text, mark, show, part, rows } = city.mend, { say } = city, now = city.city(), d = view.scalars;
  const head = part(face, "head", () => make("header", "", [make("h2"), make("span", "note")]));
  text(head.firstChild, say.say("duty.title"));
  text(head.lastChild, d.hand_over_at == null ? "" : say.say("duty.hand_over", {
    t: say.moment(d.hand_over_at, now), left: say.left(d.hand_over_at, now),
  }));

  const people = part(face, "people", () => make("p", "people", [0, 1, 2, 3].map(() => make("span"))));
  const [leader, leaderName, lead, leadName] = people.children;
  text(leader, say.say("duty.leader"));
  text(leaderName, d.leader || "—");
  mark(leaderName, "person", Boolean(d.leader));
  text(lead, say.say("duty.shift_lead"));
  // The roster writes the title after the name; beside its own label it would stand twice.
  text(leadName, (d.shift_lead || "—").replace(`（${say.say("duty.shift_lead")}）`, ""));

  const seats = part(face, "seats", () => make("p", "seats", [make("span"), make("span", "empty")]));
  text(seats.firstChild, d.seats ? say.say("duty.seats", { n: d.seats_present, of: d.seats }) : say.say("duty.no_roster"));
  const empty = view.order.map((name) => {
    const since = view.rows.get(name).since;
    const late = since === null ? "" : " " + say.say("time.late", { t: say.coarse(now - since) });
    return (city.words("agency." + name) ?? name) + late;
  });
  text(seats.lastChild, empty.length ? say.say("duty.empty", { names: empty.slice(0, 2).join(say.say("list.comma")) }) +
    (empty.length > 2 ? say.say("more.plain", { n: empty.length - 2 }) : "") : "");
  show(seats.lastChild, empty.length > 0);

  const count = (n) => n.toLocaleString("en");
  const posts = [
    d.streets != null && d.streets_on_post != null && say.say("duty.streets", { n: d.streets_on_post, of: d.streets }),
    d.workstations != null && d.workstations_online != null &&
      say.say("duty.workstations", { n: count(d.workstations_online), of: count(d.workstations) }),
    d.unanswered > 0 && say.say("duty.unanswered", { n: d.unanswered }),
  ].filter(Boolean);
  const line = part(face, "posts", () => make("p", "posts"));
  text(line, posts.join(" · "));
  show(line, posts.length > 0);
}
