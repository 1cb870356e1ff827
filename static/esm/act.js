// 须处置: six figures. A figure is coloured only when somebody must act; what is not known is a dash.
export const FIGURES = [
  ["critical", "red"], ["unsigned", "red"], ["due_soon", "yellow"],
  ["ruling", "orange"], ["empty_seats", "orange"], ["lost_sources", "orange"],
];

export function mend(face, view, city) {
  const { make, text, mark, part, rows } = city.mend, { say } = city;
  const head = part(face, "head", () => make("header", "", [make("h2"), make("span", "note")]));
  text(head.firstChild, say.say("act.title"));
  const missing = city.gaps(view.scalars.gaps);
  text(head.lastChild, missing);
  mark(head.lastChild, "lost", missing !== "");
  const grid = part(face, "grid", () => make("div", "figures"));
  rows(grid, FIGURES.map(([name]) => name), () => make("div", "figure", [make("b"), make("span")]), (node, id) => {
    const value = view.scalars[id];
    text(node.firstChild, value === null || value === undefined ? "—" : value.toLocaleString("en"));
    text(node.lastChild, say.say("act." + id));
    mark(node, "colour", value > 0 && FIGURES.find(([name]) => name === id)[1]);
    mark(node, "zero", value === 0);
  });
}
