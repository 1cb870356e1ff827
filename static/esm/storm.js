// Storms: a quiet line each over the map, a second one where it came ashore, and how many more there are.
export function mend(face, view, city) {
  const { make, text, show, part, rows } = city.mend, { say } = city, now = city.city();
  const list = part(face, "list", () => make("div", "chips"));
  rows(list, view.order, () => make("p", "chip", [make("span"), make("span")]), (node, id) => {
    const storm = view.rows.get(id);
    text(node.firstChild, [
      say.say("storm.name", { name: storm.name }),
      say.say("storm.fix", { t: say.moment(storm.at, now) }),
      storm.wind_ms !== null && say.say("storm.wind", { n: storm.wind_ms }),
      storm.pressure_hpa !== null && say.say("storm.pressure", { n: storm.pressure_hpa }),
    ].filter(Boolean).join(" · "));
    const landed = storm.landed !== null;
    text(node.lastChild, landed ? say.say("storm.landed", { t: say.moment(storm.landed, now), place: storm.place }).trim() : "");
    show(node.lastChild, landed);
  });
  const more = part(face, "more", () => make("p", "chip"));
  text(more, say.say("storm.more", { n: view.scalars.more ?? 0 }));
  show(more, (view.scalars.more ?? 0) > 0);
}
