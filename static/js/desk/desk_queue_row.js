// One row of the desk's queue: what it says, and its buttons. What a button said at the press is what is done.

// `list`: {rowOf, isMarked, isGone}, each of a mark.
export function rowOf(city, list) {
  const { make, text, mark, show, press, reshape } = city.mend, { say, desk, orders } = city;
  const myName = city.page.person?.name ?? "";
  const TONE = { pending: "pending", silent: "lost", lost: "lost", refused: "refused", done: "done" };

  function build(id) {
    const top = make("div", "top", [make("p", "what", [make("span", "class"), make("span", "road")]), make("span", "time")]);
    const below = make("div", "below", [make("p", "who", [make("span", "line", [make("span"), make("span", "between"), make("span")]), button("undo")]), make("div", "pair", [button("one"), button("two")])]);
    const node = make("li", "", [make("span", "mark"), top, below]);
    node.citywallMark = id;
    return node;
  }
  function button(name) {
    const node = make("button", name);
    node.type = "button";
    node.tabIndex = -1;
    node.dataset.act = name;
    return press(node, does);
  }
  function does({ id, spec, version }) {
    if (spec.undo) desk.undo(id);
    else if (spec.again) orders.resend(orders.of(id));
    else if (spec.good) orders.forget(id);
    else desk.press(id, spec, version);
  }

  function fill(node, id) {
    const row = list.rowOf(id), made = orders.of(id), isGone = list.isGone(id), now = city.city(), isLive = desk.isLive();
    const [shape, top, below] = node.children, [what, time] = top.children, [who, pair] = below.children, [line, undo] = who.children;
    reshape(shape, list.isMarked(id) ? "chosen" : row.urgency);
    mark(node, "urgency", row.urgency);
    mark(node, "marked", list.isMarked(id));
    mark(node, "gone", isGone);
    mark(node, "act", made?.state);
    node.setAttribute("aria-current", String(id === desk.selected()));
    text(what.firstChild, city.words("class." + row.class) ?? (row.label || say.say("class.unknown")));
    const road = city.say.road(row.road) || city.words("street." + row.street) || "";
    text(what.lastChild, road);
    show(what.lastChild, road !== "");
    const [told_, colour] = city.rows.time(row, now);
    text(time, told_);
    mark(time, "colour", colour);
    const leftToUndo = orders.undoLeft(orders.undoable(id));
    const said = made ? told(made, row, now) : second(row, now, isGone);
    [said.first, said.more.join(" · "), said.last].forEach((words, place) => {
      text(line.children[place], words && place > 0 && said.first ? ` · ${words}` : words);
      show(line.children[place], words !== "");
    });
    mark(line, "tone", made && TONE[made.state]);
    line.title = line.textContent;
    text(undo, leftToUndo > 0 ? say.say("desk.undo_n", { n: leftToUndo }) : "");
    show(undo, leftToUndo > 0);
    undo.disabled = !isLive || orders.isBusy(id);
    undo.citywallSpec = { id, spec: { undo: true } };
    // Two buttons: what the row offers; of an order that failed, what may follow on it.
    const after = orders.after(made, row), specs = isGone ? [] : after.length > 0 ? after : orders.buttons(row);
    for (const [place, child] of [...pair.children].entries()) {
      const spec = specs[place];
      show(child, Boolean(spec));
      if (!spec) continue;
      child.citywallSpec = { id, spec, version: made?.state === "refused" ? row.version : desk.versionOf(id) };
      text(child, spec.label);
      child.disabled = Boolean(spec.off) || !isLive;
      mark(child, "first", place === 0 && (row.hazard || row.urgency === "critical" || row.state === "ruling"));
    }
  }
  function told(made, row, now) {
    const words = orders.told(made), more = made.state === "done" && orders.undoLeft(made) === 0 ? [city.rows.second(row, now)] : [];
    return { first: words, more, last: "" };
  }
  function second(row, now, isGone) {
    if (isGone) return { first: say.say("desk.gone"), more: [], last: "" };
    const others = (row.presence ?? []).filter((name) => name !== myName), said = city.rows.seconds(row, now);
    const here = others.length > 0 && say.say("desk.at_it", { names: others.map(orders.short).join(say.say("list.comma")) });
    return here ? { ...said, first: [here, said.first].filter(Boolean).join(" · ") } : said;
  }

  return { build, fill };
}
