// 待处置: what comes first. Rows are nodes that stay; they change place only when their order does.
const ROW_PX = 84, FEWEST = 5;
const pen = document.createElement("canvas").getContext("2d");

export function mend(face, view, city) {
  const { make, text, mark, show, part, rows, reshape } = city.mend, { say } = city, now = city.city();
  const { total, earliest_due: later, gaps } = view.scalars;
  const head = part(face, "head", () => make("header", "", [make("h2"), make("span", "note")]));
  text(head.firstChild, say.say("queue.title"));
  const missing = city.gaps(gaps);
  text(head.lastChild, missing || say.say("queue.order"));
  mark(head.lastChild, "lost", missing !== "");

  const list = part(face, "list", () => make("ol", "queue"));
  show(list, view.order.length > 0);
  const room = Math.max(1, Math.floor(list.clientHeight / ROW_PX));
  const shown = view.order.slice(0, room), hidden = view.order.slice(room);
  rows(list, shown, build, (node, id, isNew) => fill(node, view.rows.get(id), isNew));

  const empty = part(face, "empty", () => make("p", "calm"));
  text(empty, say.say(total === 0 ? "queue.empty" : "unknown"));
  show(empty, view.order.length === 0);

  const rest = (total ?? 0) - shown.length;
  const dues = hidden.map((id) => view.rows.get(id).due_at).concat(later ?? null).filter((due) => due !== null);
  const foot = part(face, "foot", () => make("footer"));
  show(foot, rest > 0);
  const first = Math.min(...dues);
  const until = dues.length === 0 ? "" : first >= now
    ? say.say("queue.earliest", { t: say.moment(first, now) }) : say.say("queue.longest", { t: say.coarse(now - first) });
  text(foot, [say.say("queue.more", { n: rest }), until].filter(Boolean).join(" · "));

  function build() {
    const main = make("div", "main", [
      make("p", "what", [make("span", "class"), make("span", "road")]), make("p", "who"),
    ]);
    return make("li", "", [make("span", "mark"), main, make("span", "time")]);
  }

  function fill(node, row, isNew) {
    const [shape, main, time] = node.children, [what, who] = main.children;
    reshape(shape, row.urgency);
    mark(node, "urgency", row.urgency);
    if (isNew && row.urgency === "critical") mark(shape, "new", true);
    const name = city.words("class." + row.class) ?? (row.label || say.say("class.unknown"));
    const road = row.road || city.words("street." + row.street) || "";
    text(what.lastChild, road);
    show(what.lastChild, road !== "");
    text(who, second(row));
    if (row.due_at === null) {
      text(time, say.elapsed(row.at, now));
      mark(time, "colour", row.urgency === "critical" && "red");
    } else {
      const left = row.due_at - now;
      text(time, say.left(row.due_at, now));
      mark(time, "colour", left < 0 || row.urgency === "critical" ? "red" : left <= 3600 && "yellow");
    }
    divide(what, name, road);
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

  function second(row) {
    const agency = city.words("agency." + row.agency) ?? row.agency;
    const state = city.words("state." + row.state) ?? row.state;
    const refused = row.returned_by ?? [];
    const names = refused.map((name) => city.words("agency." + name) ?? name).join(say.say("list.comma"));
    const next = row.next && (city.words("next." + row.next) ?? row.next);
    const step = next && row.next_at !== null
      ? say.say(row.next_at < now ? "next.missed" : "next.at", { t: say.moment(row.next_at, now), next })
      : next;
    return [
      [row.state === "ruling" ? "" : agency, state].filter(Boolean).join(" "),
      refused.length > 0 && say.say("queue.returned", { n: refused.length, names }),
      step,
    ].filter(Boolean).join(" · ");
  }
}
