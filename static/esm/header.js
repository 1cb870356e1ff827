// The header: who, what is in force, what this is not, and the city's clock. The desk's is made of the same parts.
export function mend(face, view, city) {
  const { make, text, show, part } = city.mend, { say } = city, now = city.city(), { lang } = city.page;

  text(part(face, "name", () => make("h1")), city.hello()?.name?.[lang] ?? city.page.title[lang] ?? "");
  level(face, city);
  flags(face, view, city, (warning) => say.moment(warning.sent, now));
  const more = part(face, "more", () => make("span", "more"));
  signs(face, view, city);
  link(face, city, "");
  text(part(face, "date", () => make("span", "date")), Number.isFinite(now) ? say.date(now) : "");
  clock(face, city);
  fit(part(face, "flags").children, view.scalars.more ?? 0);

  // A warning is shown with its moment or counted, never cut: those that have no room are among the others.
  function fit(flags, others) {
    for (let shown = flags.length; shown >= 1; shown -= 1) {
      Array.from(flags).forEach((flag, place) => show(flag, place < shown));
      const left = others + flags.length - shown;
      text(more, say.say("more.warnings", { n: left }));
      show(more, left > 0);
      if (flags[0].parentNode.scrollWidth <= flags[0].parentNode.clientWidth) return;
    }
    if (flags.length === 0) show(more, others > 0);
  }
}

export function level(face, city) {
  city.mend.text(city.mend.part(face, "level", () => city.mend.make("span", "level")), city.say.say("level.routine"));
}

// A warning in words: our own for a known hazard and colour, else its headline in the page's language.
export function warning(w, city) {
  const hazard = w.hazard !== "other" && city.words("hazard." + w.hazard), colour = city.words("colour." + w.colour);
  if (hazard && colour) return { known: true, words: city.say.say("warning.name", { hazard, colour }) };
  const heads = w.headlines ?? {};
  return { known: false, words: heads[city.page.lang] ?? heads.zh ?? heads.en ?? Object.values(heads)[0] ?? "" };
}

// What is in force, then what is announced; `time` answers what stands behind a warning's name.
export function flags(face, view, city, time) {
  const { make, text, mark, part, rows } = city.mend, { say } = city, now = city.city();
  const list = part(face, "flags", () => make("div", "flags"));
  rows(list, view.order, () => make("span", "flag", [make("span"), make("time")]), (node, id) => {
    const w = view.rows.get(id), { known, words } = warning(w, city);
    const assumed = w.ends === null ? time(w) : say.say("warning.assumed", { t: say.moment(w.ends, now) });
    const when = w.begins === null ? assumed : say.say("warning.announced", { t: say.moment(w.begins, now) });
    const name = [w.exercise ? say.say("warning.exercise") : "", words].filter(Boolean).join(" ");
    text(node.firstChild, name);
    text(node.lastChild, when);
    mark(node, "colour", w.colour);
    mark(node, "known", known);
    mark(node, "announced", w.begins !== null);
  });
}

// What this is not: a demo, a drill, and how fast its time goes.
export function signs(face, view, city) {
  const { make, text, part, rows } = city.mend, beat = city.beat();
  const marks = [...new Set([...(city.hello()?.marks ?? []), ...(view.scalars.marks ?? [])])];
  if (beat && beat.rate !== 1 && !marks.includes("demo") && !marks.includes("drill")) marks.unshift("demo");
  rows(part(face, "marks", () => make("div", "marks")), marks, () => make("span", "sign"), (node, id) => {
    const fast = beat && beat.rate !== 1 && id === marks.find((one) => one === "demo" || one === "drill");
    text(node, (city.words("mark." + id) ?? id) + (fast ? ` ×${beat.rate}` : ""));
  });
}

// What holds back what comes in; `first` goes before it.
export function link(face, city, first) {
  const { make, text, show, part } = city.mend, { say } = city, beat = city.beat();
  const node = part(face, "link", () => make("span", "link"));
  const late = beat?.feed === "late" ? say.late(beat.feed_since ?? beat.now, city.machine()) : "";
  const down = beat?.log_down ? "link.log_down" : beat?.chain_broken ? "link.chain_broken" : "";
  text(node, first || (down ? say.say(down) : late));
  show(node, node.textContent !== "");
}

export function clock(face, city) {
  const { make, text, part } = city.mend, now = city.city();
  text(part(face, "clock", () => make("time", "clock")), Number.isFinite(now) ? city.say.hhmmss(now) : "");
}
