// The header: who, what is in force, what this is not, and the city's clock.
export function mend(face, view, city) {
  const { make, text, mark, show, part, rows } = city.mend, { say } = city, now = city.city();
  const hello = city.hello(), beat = city.beat(), lang = city.page.lang;

  const name = part(face, "name", () => make("h1"));
  text(name, hello?.name?.[lang] ?? city.page.title[lang] ?? "");
  const level = part(face, "level", () => make("span", "level"));
  text(level, say.say("level.routine"));

  const flags = part(face, "flags", () => make("div", "flags"));
  rows(flags, view.order, () => make("span", "flag"), (node, id) => {
    const w = view.rows.get(id);
    const known = w.hazard !== "other" && city.words("hazard." + w.hazard) && city.words("colour." + w.colour);
    const words = known
      ? say.say("warning.name", { hazard: city.words("hazard." + w.hazard), colour: city.words("colour." + w.colour) })
      : w.headline;
    const drill = w.exercise ? say.say("warning.exercise") : "";
    text(node, [drill, words, say.moment(w.sent, now)].filter(Boolean).join(" "));
    mark(node, "colour", w.colour);
    mark(node, "known", Boolean(known));
  });
  const more = part(face, "more", () => make("span", "more"));
  text(more, say.say("more.warnings", { n: view.scalars.more ?? 0 }));
  show(more, (view.scalars.more ?? 0) > 0);

  const marks = [...new Set([...(hello?.marks ?? []), ...(view.scalars.marks ?? [])])];
  if (beat && beat.rate !== 1 && !marks.includes("demo") && !marks.includes("drill")) marks.unshift("demo");
  const signs = part(face, "marks", () => make("div", "marks"));
  rows(signs, marks, () => make("span", "sign"), (node, id) => {
    const fast = beat && beat.rate !== 1 && id === marks.find((one) => one === "demo" || one === "drill");
    text(node, (city.words("mark." + id) ?? id) + (fast ? ` ×${beat.rate}` : ""));
  });

  const link = part(face, "link", () => make("span", "link"));
  show(link, beat?.feed === "late" || beat?.log_down === true);
  if (beat?.log_down) text(link, say.say("link.log_down"));
  else if (beat?.feed === "late") text(link, say.late(beat.feed_since ?? beat.now, city.machine()));

  text(part(face, "date", () => make("span", "date")), Number.isFinite(now) ? say.date(now) : "");
  text(part(face, "clock", () => make("time", "clock")), Number.isFinite(now) ? say.hhmmss(now) : "");
}
