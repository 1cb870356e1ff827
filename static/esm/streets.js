// The streets: a cell each, always at the same place. Amber = late cases, red = a critical one; the head says so.
export function mend(face, view, city) {
  const { make, text, mark, part, rows } = city.mend, { say } = city, codes = city.page.streets;
  const head = part(face, "head", () => make("header", "", [make("h2"), make("span", "note")]));
  text(head.firstChild, say.say("streets.title", { n: codes.length }));
  text(head.lastChild, view.scalars.known === false ? say.say("unknown") : summary());
  const grid = part(face, "grid", () => make("div", "streets"));
  rows(grid, codes, () => make("span", "street"), (node, code) => {
    const row = view.rows.get(code), name = city.words("street." + code) ?? code;
    text(node, name);
    mark(node, "long", name.length > 3 && (name.length > 8 ? "very" : "yes"));
    mark(node, "state", row && (row.critical > 0 ? "critical" : "overdue"));
  });

  function summary() {
    const late = view.order.filter((code) => view.rows.get(code).overdue > 0)
      .sort((a, b) => view.rows.get(b).overdue - view.rows.get(a).overdue);
    const all = late.reduce((sum, code) => sum + view.rows.get(code).overdue, 0);
    if (late.length === 0) return "";
    const street = city.words("street." + late[0]) ?? late[0];
    return say.say(late.length === 1 ? "streets.one" : "streets.many", { street, n: all, streets: late.length });
  }
}
