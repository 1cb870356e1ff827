// The desk's header: whose desk it is, the keys, what is in force, the clock, and the way out.
export function mend(face, view, city) {
  const { make, text, mark, show, part, rows } = city.mend, { say, page } = city, now = city.city();
  const beat = city.beat(), hello = city.hello(), { seat, name, role } = page.person ?? {};
  const title = city.words("role." + role) ?? role ?? "";
  text(part(face, "who", () => make("h1")), [
    say.say("desk.title"), [seat && say.say("desk.seat", { seat }), name && (title && !/[（(]/.test(name) ? say.say("desk.person", { name, role: title }) : name)].filter(Boolean).join(" "),
  ].filter(Boolean).join(" · "));

  const flags = part(face, "flags", () => make("div", "flags"));
  rows(flags, view.order, () => make("span", "flag"), (node, id) => {
    const w = view.rows.get(id);
    const known = w.hazard !== "other" && city.words("hazard." + w.hazard) && city.words("colour." + w.colour);
    const words = known ? say.say("warning.name", { hazard: city.words("hazard." + w.hazard), colour: city.words("colour." + w.colour) }) : w.headline;
    text(node, [w.exercise ? say.say("warning.exercise") : "", words].filter(Boolean).join(" "));
    mark(node, "colour", w.colour);
  });

  const keys = part(face, "keys", () => make("p", "keys"));
  rows(keys, ["e", "r", "digits", "w", "u", "x", "search"], () => make("span", "", [make("kbd"), make("span")]), (node, id) => {
    text(node.firstChild, say.say("key." + id));
    text(node.lastChild, say.say("keys." + id));
  });

  const marks = [...new Set([...(hello?.marks ?? []), ...(view.scalars.marks ?? [])])];
  if (beat && beat.rate !== 1 && !marks.includes("demo") && !marks.includes("drill")) marks.unshift("demo");
  const signs = part(face, "marks", () => make("div", "marks"));
  rows(signs, marks, () => make("span", "sign"), (node, id) => {
    const fast = beat && beat.rate !== 1 && id === marks.find((one) => one === "demo" || one === "drill");
    text(node, (city.words("mark." + id) ?? id) + (fast ? ` ×${beat.rate}` : ""));
  });

  const link = part(face, "link", () => make("span", "link"));
  const words = city.session() === "lost" ? say.say("desk.session_lost") : beat?.log_down ? say.say("link.log_down")
    : beat?.feed === "late" ? say.late(beat.feed_since ?? beat.now, city.machine()) : "";
  text(link, words);
  show(link, words !== "");

  text(part(face, "level", () => make("span", "level")), say.say("level.routine"));
  text(part(face, "clock", () => make("time", "clock")), Number.isFinite(now) ? say.hhmmss(now) : "");
  const out = part(face, "out", () => {
    const button = make("button", "plain");
    button.type = "button";
    button.addEventListener("click", () => city.desk.signOut());
    return button;
  });
  text(out, say.say("desk.sign_out"));
  show(out, Boolean(page.person?.name));
}
