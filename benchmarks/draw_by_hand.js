// static/esm/wall/sources.js before it became a template: it creates and updates its nodes by hand. For benchmarks/draw.py.
const LINE_PX = 30;

export function mend(face, view, city) {
  const { make, text, mark, show, part, rows, reshape } = city.mend, { say } = city;
  const head = part(face, "head", () => make("header", "", [make("h2"), make("span", "note")]));
  text(head.firstChild, say.say("sources.title"));
  const list = part(face, "list", () => make("ul", "sources"));
  const room = Math.max(2, 2 * Math.floor(list.clientHeight / LINE_PX));
  rows(list, view.order.slice(0, room), () => make("li", "", [make("span", "lamp"), make("span", "name"), make("span", "age")]), (node, id) => {
    const [lamp, name, age] = node.children, source = view.rows.get(id);
    reshape(lamp, source.freshness);
    mark(node, "freshness", source.freshness);
    text(name, city.words("source." + id) ?? id);
    text(age, aged(source));
  });
  const bad = view.order.filter((id) => view.rows.get(id).freshness !== "live").length;
  const over = Math.max(0, view.order.length - room);
  text(head.lastChild, view.order.length === 0 ? say.say("unknown")
    : over > 0 ? say.say("more.plain", { n: over }) : bad === 0 ? say.say("sources.well", { n: view.order.length }) : "");
  show(list, view.order.length > 0);

  function aged(source) {
    if (source.freshness === "late") return say.late(source.heard_at, city.machine());
    if (source.freshness === "lost") return source.heard_at === null ? say.say("sources.never") : say.lost(city.toCity(source.heard_at));
    return source.skew_s ? say.say("sources.skew", { t: say.coarse(Math.abs(source.skew_s)) }) : "";
  }
}
