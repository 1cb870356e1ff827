// The chosen case, whole: whose clock runs, who refused it and why, what may be done now, and its story.
// Forms stand in the pane and stay until they are sent or left. Parts: static/js/desk_*.js.
const version = new URL(import.meta.url).search;
const [words, { caseOf }, facts, story, acts, forms, { intakeOf }, { rulingOf }, { personOf }] = await Promise.all(
  ["words", "case", "facts", "story", "acts", "forms", "intake", "ruling", "person"].map((name) => import(`../js/desk_${name}.js${version}`)),
);
// What the pane holds from top to bottom; each part is made once and mended from then on.
const PARTS = {
  empty: (make) => make("p", "calm"),
  head: (make) => make("header", "", [make("span", "mark"), make("h2"), make("span", "no"), make("span", "others")]),
  place: (make) => make("p", "place", [make("span", "where"), make("span", "state")]),
  facts: (make) => make("div", "facts", [make("ul"), make("ul")]),
  person: (make) => make("div"),
  words: (make) => make("p", "words", [make("span", "title"), make("span", "label")]),
  description: (make) => make("p", "description"),
  refusals: (make) => make("ol", "refusals"),
  actions: (make) => make("div", "actions", [make("div", "seen"), make("div", "more")]),
  why: (make) => make("p", "why-not"),
  form: (make) => make("div"),
  intake: (make) => make("div"),
  ruling: (make) => make("div"),
  acts: (make) => make("ul", "acts"),
  walls: (make) => make("ul", "acts walls"),
  story: (make) => make("ol", "story"),
};
const ALWAYS = new Set(["empty", "acts", "walls"]);
const SOON_S = 3600, MERGES_AGAIN_S = 2, INTAKE = new Set(["reported", "verifying"]);

export function mend(face, view, city) {
  const pane = (face.citywallPane ??= paneOf(face, city));
  pane.mend(view);
}

function paneOf(face, city) {
  const { make, text, mark, show, part, rows, press, reshape } = city.mend, { say, desk, orders } = city;
  const voice = words.vocabulary(city), chosen = caseOf(city);
  const kit = { voice, formOf: forms.formOf, formSpec: acts.formSpec, choiceField: forms.choiceField, manyField: forms.manyField, mergeLine: acts.mergeLine };
  let mine = null;      // what stands in the pane for this case: {mark, form, intake, ruling, person}
  let isMore = false, last = { scalars: {}, order: [], rows: new Map() };

  for (const [name, build] of Object.entries(PARTS)) part(face, name, () => build(make));
  const at = (name) => part(face, name);
  const holders = () => holdersOf(city);
  const act = (verb, args, to) => desk.act(verb, chosen.mark(), chosen.version(), args, to);
  const { may } = chosen;

  function renew(record) {
    const mark = chosen.mark();
    if (mine?.mark === mark) return;
    for (const one of [mine?.form, mine?.intake, mine?.ruling, mine?.person]) one?.node.remove();
    mine?.person.drop();
    isMore = false;
    mine = { mark, form: null, intake: null, merges: null, ruling: null, person: personOf(city, voice, act) };
    at("person").replaceChildren(mine.person.node);
    if (record === null) mine.mark = undefined;
  }
  async function open(verb) {
    const record = chosen.record(), mark_ = chosen.mark();
    if (!record) return;
    const near = verb === "merge" ? await desk.ask("merge", { mark: mark_ }).catch(() => ({})) : {};
    if (chosen.mark() !== mark_) return;
    const spec = acts.formSpec(voice, verb, record, chosen.reply(), holders(), near.candidates ?? []);
    if (!spec) return;
    close();
    mine.form = forms.formOf(city, spec, (args) => act(verb, acts.tidy(args)), close);
    at("form").replaceChildren(mine.form.node);
    redraw();
    mine.form.focus();
  }
  function close() {
    mine?.form?.node.remove();
    if (mine) mine.form = null;
    redraw();
  }
  function does(spec) {
    if (!spec || spec.mark !== chosen.mark()) return;
    const { button, mark: whose, version: seen } = spec;
    if (mine.form?.key === button.id) close();
    else if (button.verb === "show") desk.cast(whose);
    else if (button.args === null) open(button.verb);
    else desk.act(button.verb, whose, seen, button.args, button.to ?? "");
  }

  // ---- parts, from top to bottom
  function head(record) {
    const top = at("head");
    const [shape, name, number, others] = top.children;
    reshape(shape, record.urgency ?? "normal");
    const code = voice.classCode(record);
    text(name, code ? say.say("detail.class", { name: voice.className(record), code }) : voice.className(record));
    text(number, record.no || say.say("detail.no_number"));
    const me = city.page.person?.name, present = (record.presence ?? []).filter((one) => one !== me);
    text(others, present.length > 0 ? say.say("detail.also", { names: present.join(say.say("list.comma")) }) : "");

    const line = at("place");
    text(line.firstChild, voice.place(record));
    const due = city.rows.until(record) ?? NaN, now = city.city();
    const time = record.closed_at != null ? voice.moment(record.closed_at) : Number.isFinite(due) ? say.left(due, now) : say.elapsed(voice.epoch(record.at), now);
    const has = record.holder ?? record.agency;
    text(line.lastChild, [[record.state === "ruling" ? "" : voice.holder(has), voice.state(record.state)].filter(Boolean).join(" "), time].filter(Boolean).join(" · "));
    const left = due - now, isOpen = record.closed_at == null;
    mark(line.lastChild, "colour", isOpen && (left < 0 || record.urgency === "critical" ? "red" : left <= SOON_S && "yellow"));
  }
  function block(record, reply) {
    const { left, right } = facts.factsOf(city, voice, record, reply?.register ?? null);
    const grid = at("facts");
    for (const [list, lines] of [[grid.firstChild, left], [grid.lastChild, right]]) {
      rows(list, lines.map(([id]) => id), () => make("li"), (node, id) => {
        const [, told, colour] = lines.find(([one]) => one === id);
        text(node, told);
        mark(node, "colour", colour);
      });
    }
    const own = at("words"), title = record.title ?? "", label = record.label ?? "";
    text(own.firstChild, title && say.say("detail.title", { title }));
    text(own.lastChild, label && say.say("detail.label", { label }));
    show(own, Boolean(title || label));
    const said = at("description");
    text(said, record.description ?? "");
    show(said, Boolean(record.description));
    const refusals = facts.refusalsOf(voice, record), list = at("refusals");
    show(list, refusals.length > 0);
    rows(list, refusals.map((_, place) => String(place)), () => make("li", "", [0, 1, 2, 3, 4].map(() => make("span"))), (node, place) => {
      refusals[Number(place)].forEach((told, cell) => text(node.children[cell], told));
    });
  }
  function buttons(record, reply) {
    const isIntake = INTAKE.has(record.state) && may("file");
    const isOff = orders.isBusy(chosen.mark()) || !desk.isLive();
    const { seen, more } = acts.buttonsOf(city, voice, record, reply, { may, isIntake, isUndoing: orders.undoable(chosen.mark()) !== null });
    const bar = at("actions");
    const toggle = { id: "more", verb: "more", label: say.say(isMore ? "detail.less" : "detail.more") };
    draw(bar.firstChild, more.length > 0 ? [...seen, toggle] : seen, isOff, !isIntake);
    draw(bar.lastChild, isMore ? more : [], isOff, false);
    show(bar.lastChild, isMore && more.length > 0);
    mark(bar, "intake", isIntake);
    const why = at("why");
    const nots = (reply?.actions ?? []).filter((action) => !action.ok && action.why_not && acts.isWorthSaying(action) && city.words("refusal." + action.why_not));
    const told = nots.slice(0, 1).map((action) => say.say("detail.why_not", { verb: voice.verb(action.verb), why: say.say("refusal." + action.why_not, orders.named(action.names)) }));
    text(why, told.join(""));
    show(why, told.length > 0);
  }
  function draw(bar, list, isOff, hasPrimary) {
    rows(bar, list.map((button) => button.id), (id) => {
      const node = make("button");
      node.type = "button";
      if (id === "more") node.addEventListener("click", () => { isMore = !isMore; redraw(); });
      else press(node, does);
      return node;
    }, (node, id) => {
      const button = list.find((one) => one.id === id);
      node.citywallSpec = { button, mark: chosen.mark(), version: chosen.version() };
      text(node, button.label);
      mark(node, "primary", hasPrimary && list[0] === button && !["more", "show", "comment"].includes(button.verb));
      mark(node, "on", mine.form?.key === button.id);
      node.disabled = isOff && id !== "more";
    });
  }

  // What was just done with this case and may still be taken back, was refused, or did not arrive; and what goes to
  // a wall, until it stands there. The strip on top tells of other cases.
  function lately() {
    const list = at("acts"), lines = new Map(), mark_ = chosen.mark();
    const casts = orders.all().filter((made) => made.subject.startsWith("wall:"));
    for (const made of [...(mark_ ? [orders.undoable(mark_), orders.of(mark_)] : []), ...casts].filter(Boolean)) {
      const left = orders.undoLeft(made), kind = left > 0 ? "undo" : made.state === "silent" ? "pending" : made.state;
      if (kind === "done") continue;
      lines.set(made.id, { made, kind, words: orders.told(made, left > 0 ? what(made) : ""),
        buttons: left > 0 ? [{ undo: true, label: say.say("desk.undo_n", { n: left }) }] : orders.after(made, desk.row(made.mark)) });
    }
    show(list, lines.size > 0);
    rows(list, [...lines.keys()], () => make("li", "", [make("span"), make("span", "buttons")]), (node, id) => {
      const { made, kind, words: told, buttons: follow } = lines.get(id);
      text(node.firstChild, told);
      mark(node, "kind", kind);
      rows(node.lastChild, follow.map((_, place) => String(place)), () => {
        const button = make("button");
        button.type = "button";
        return press(button, answer);
      }, (button, place) => {
        const spec = follow[Number(place)];
        button.citywallSpec = { made, button: spec, version: desk.versionOf(made.mark) };
        button.disabled = !desk.isLive() || (spec.undo === true && orders.isBusy(made.mark));
        text(button, spec.label);
      });
    });
  }
  function what(made) {
    const row = desk.row(made.mark) ?? (made.mark === chosen.mark() ? chosen.record() : null);
    return row ? desk.what(row) : "";
  }
  function answer({ made, button, version: seen }) {
    if (button.undo) desk.undo(made.mark);
    else if (button.again) orders.resend(made);
    else if (button.good) orders.forget(made.mark);
    else desk.press(made.mark, button, seen);
  }

  // What stands on a wall now, from this desk or another.
  function walls(view) {
    const list = at("walls"), now = city.machine();
    const ids = view.order.filter((id) => view.rows.get(id).until > now);
    show(list, ids.length > 0);
    rows(list, ids, (id) => {
      const button = make("button"), node = make("li", "", [make("span"), button]);
      button.type = "button";
      press(button, () => desk.act("clear", "wall:" + id, 0, {}));
      return node;
    }, (node, id) => {
      const row = view.rows.get(id), what = row.kind === "view" ? say.say("detail.view") : row.label || [row.class && voice.className(row), voice.place(row)].filter(Boolean).join(" ");
      text(node.firstChild, say.say("detail.on_wall", { what, wall: city.words("detail.wall." + id) ?? id, t: say.hhmm(city.toCity(row.at)), by: row.by, left: say.coarse(row.until - now) }));
      text(node.lastChild, say.say("detail.clear"));
      show(node.lastChild, may("show") || may("clear"));
    });
  }

  function sheets(record, reply) {
    const isIntake = INTAKE.has(record.state) && may("file");
    if (isIntake && !mine.intake && reply) {
      mine.intake = intakeOf(city, kit, record, act);
      at("intake").replaceChildren(mine.intake.node);
      mine.merges = { isAsking: false, askedAt: -Infinity, isTold: false };
    }
    if (isIntake && mine.intake) merges(mine);
    if (!isIntake && mine.intake && reply) { mine.intake.node.remove(); mine.intake = null; }
    mine.intake?.mend(record, may);
    const isRuling = may("rule");
    if (isRuling && !mine.ruling && reply) {
      mine.ruling = rulingOf(city, kit, record, holders(), act);
      at("ruling").replaceChildren(mine.ruling.node);
    }
    if (!isRuling && mine.ruling && reply) { mine.ruling.node.remove(); mine.ruling = null; }
    mine.ruling?.mend({ record, register: reply?.register ?? null });
    mine.person.mend(record, may("reveal"));
  }

  // What this report may be merged into is asked until it is told.
  async function merges(whose) {
    const { merges: asked, intake } = whose;
    if (asked.isTold || asked.isAsking || performance.now() - asked.askedAt < 1000 * MERGES_AGAIN_S) return;
    Object.assign(asked, { isAsking: true, askedAt: performance.now() });
    try {
      const { candidates } = await desk.ask("merge", { mark: whose.mark });
      asked.isTold = Array.isArray(candidates);
      if (asked.isTold && mine === whose && mine.intake === intake) intake.mendMerges(candidates);
    } catch { /* no reply: asked again at the tick */ }
    asked.isAsking = false;
  }

  function redraw() {
    const record = chosen.record(), reply = chosen.reply(), isNone = record === null;
    renew(record);
    const empty = at("empty");
    text(empty, chosen.mark() === null ? say.say("detail.none") : chosen.isFailed() ? say.say("detail.no_reply") : say.say("detail.loading"));
    show(empty, isNone || chosen.isFailed());
    for (const name of Object.keys(PARTS)) if (isNone && !ALWAYS.has(name)) show(at(name), false);
    lately();
    walls(last);
    if (isNone) return;
    for (const name of ["head", "place", "facts", "person", "actions", "form", "intake", "ruling"]) show(at(name), true);
    head(record);
    block(record, reply);
    buttons(record, reply);
    sheets(record, reply);
    story.mendStory(at("story"), reply?.story, city, voice);
  }

  chosen.onChange("desk_detail", redraw);
  desk.onWanted((wanted, verb) => { if (wanted !== chosen.mark()) return; redraw(); if (verb === "open") at("actions").querySelector("button")?.focus(); else open(verb); });
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const target = event.composedPath()[0];
    if (!mine?.intake || desk.isTyping(event) || target?.matches?.("button, a, summary, select")) return;
    if (event.key === "Enter" && may("file")) { event.preventDefault(); mine.intake.send(); }
    // Where reports of its own place wait for this one, the desk's M merges them into it.
    else if (event.key.toLowerCase() === "m" && may("merge") && !chosen.row()?.same?.length) { event.preventDefault(); mine.intake.merge(); }
  }, { capture: true });

  return {
    mend(view) {
      last = view;
      chosen.look();
      redraw();
    },
  };
}

// Everybody who can hold a case: the agencies' codes, then the streets'.
function holdersOf(city) {
  const streets = city.page.streets ?? [], known = new Set(streets);
  const agencies = Object.keys(city.page.words).filter((key) => /^agency\.[a-z][a-z0-9_]*$/.test(key)).map((key) => key.slice(7)).filter((code) => !known.has(code));
  return [...agencies, ...streets];
}
