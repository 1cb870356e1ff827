// Storms with news: one quiet line each over the map.
export function mend(face, view, city) {
  const { make, text, part, rows } = city.mend, { say } = city, now = city.city();
  const list = part(face, "list", () => make("div", "chips"));
  rows(list, view.order, () => make("p", "chip"), (node, id) => {
    const storm = view.rows.get(id);
    text(node, [
      say.say("storm.name", { name: storm.name }),
      say.say("storm.fix", { t: say.moment(storm.at, now) }),
      storm.wind_ms !== null && say.say("storm.wind", { n: storm.wind_ms }),
      storm.pressure_hpa !== null && say.say("storm.pressure", { n: storm.pressure_hpa }),
    ].filter(Boolean).join(" · "));
  });
}
