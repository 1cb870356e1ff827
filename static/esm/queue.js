// 待处置: what comes first. Rows are nodes that stay; they change place only when their order does.
const ROW_PX = 84, FEWEST = 5;
const pen = document.createElement("canvas").getContext("2d");

export function mend(face, view, city) {
  const { make, text, mark, show, part, rows, press, reshape } = city.mend, { say } = city, now = city.city(), isLatin = city.page.lang === "en";
  const { total, rows: places, earliest_due: later, gaps } = view.scalars;
  const head = part(face, "head", () => make("header", "", [make("h2"), make("span", "note")]));
  text(head.firstChild, city.rows.count(total));
  const missing = city.gaps(gaps);
  text(head.lastChild, missing || say.say("queue.order"));
  mark(head.lastChild, "lost", missing !== "");

  const list = part(face, "list", () => make("ol", "queue"));
  show(list, view.order.length > 0 || Boolean(list.citywallLast?.size && list.matches(":hover")));
  const room = Math.max(1, Math.floor(list.clientHeight / ROW_PX));
  // Under the hand of a seat that has signed in nothing changes place, and what is over keeps its own.
  const last = (list.citywallLast ??= new Map()), isHeld = Boolean(city.seat?.isIn()) && list.matches(":hover");
  const rowOf = (id) => view.rows.get(id) ?? last.get(id);
  const shown = isHeld && last.size > 0 ? [...last.keys()] : view.order.slice(0, room);
  const hidden = view.order.filter((id) => !shown.includes(id));
  const held = shown.map((id) => [id, rowOf(id)]);
  last.clear();
  for (const [id, row] of held) last.set(id, row);
  rows(list, shown, build, (node, id, isNew) => fill(node, id, rowOf(id), isNew));

  const empty = part(face, "empty", () => make("p", "calm"));
  text(empty, say.say(total === 0 ? "queue.empty" : "unknown"));
  show(empty, view.order.length === 0);

  const rest = (places ?? 0) - shown.length;
  const dues = hidden.map((id) => city.rows.until(view.rows.get(id))).concat(later ?? null).filter((due) => due !== null);
  const foot = part(face, "foot", () => make("footer"));
  const why = city.rows.places(total, places);
  show(foot, rest > 0 || why !== "");
  const first = Math.min(...dues);
  const until = dues.length === 0 ? "" : first >= now
    ? say.say("queue.earliest", { t: say.moment(first, now) }) : say.say("queue.longest", { t: say.coarse(now - first) });
  text(foot, [rest > 0 && say.say("queue.more", { n: rest }), until, why].filter(Boolean).join(" · "));

  function build() {
    const main = make("div", "main", [
      make("p", "what", [make("span", "class"), make("span", "road")]), make("p", "who"),
    ]);
    return make("li", "", [make("span", "mark"), main, make("span", "time")]);
  }

  function fill(node, id, row, isNew) {
    const [shape, main, time] = node.children, [what] = main.children;
    reshape(shape, row.urgency);
    mark(node, "urgency", row.urgency);
    if (isNew && row.urgency === "critical") mark(shape, "new", true);
    const name = city.words("class." + row.class) ?? (row.label || say.say("class.unknown"));
    const road = say.road(row.road) || city.words("street." + row.street) || "";
    // Latin names are long: there the road stands on the second line, and the class is told whole.
    const first = isLatin ? "" : road;
    text(what.lastChild, first);
    show(what.lastChild, first !== "");
    city.rows.time(time, row, now);
    seated(node, id, row, isLatin ? road : "");
    divide(what, name, first);
  }

  // One line for class and road. If that is too short the road keeps half of it and the class five glyphs;
  // the class is cut here and not by CSS, whose ellipsis would leave a hole before the road.
  function divide(what, name, road) {
    const room = what.clientWidth, told = [name, road, room].join("\n");
    if (what.citywallTold === told) return;
    what.citywallTold = told;
    const style = getComputedStyle(what), size = parseFloat(style.fontSize);
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const wide = (words) => pen.measureText(words).width;
    const rest = road ? Math.min(wide(road), room / 2) + wide(" · ") + 1 : 0;
    const most = room > 0 ? Math.max(room - rest, (FEWEST + 1) * size) : Infinity;
    text(what.firstChild, cut(name, most, wide));
  }

  function cut(words, most, wide) {
    if (wide(words) <= most) return words;
    const glyphs = [...words];
    while (glyphs.length > FEWEST && wide(glyphs.join("") + "…") > most) glyphs.pop();
    return glyphs.join("").trimEnd() + "…";
  }

  // Somebody has signed in on this wall: the same two buttons as on a desk, and what became of the press.
  function seated(node, id, row, road) {
    const { seat, orders } = city, isIn = Boolean(seat?.isIn());
    const second = [road, city.rows.second(row, now)].filter(Boolean).join(" · ");
    if (!isIn && node.children.length === 3) return text(node.children[1].lastChild, second);
    if (node.children.length === 3) node.append(make("div", "pair"));
    const made = orders.of(id), pair = node.lastChild, told = isIn && made ? seat.told(made) : "";
    text(node.children[1].lastChild, told || second);
    const specs = isIn && view.rows.has(id) ? seat.buttons(row, made) : [];
    rows(pair, specs.map((_, place) => String(place)), () => {
      const button = make("button");
      button.type = "button";
      return press(button, ({ spec, version }) => seat.press(id, spec, version));
    }, (button, place) => {
      const spec = specs[Number(place)];
      button.citywallSpec = { spec, version: row.version };
      button.disabled = Boolean(spec.off);
      text(button, spec.label);
    });
    show(pair, specs.length > 0);
  }
}
