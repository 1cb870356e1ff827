// The desk's queue. Rows are nodes that stay; while a hand is in the list nothing changes place, so that a press
// always means the row that was under it. What a button said at the press is what is ordered.
const FILTERS = ["all", "critical", "mine", "overdue", "reported", "ruling"], ORDERS = ["left", "urgency", "newest"];
const CHANNEL_MOST = 200, ASK_EVERY_MS = 2000, TYPED_MS = 250, IDLE_MS = 60000, TOLD_MS = 8000, ROW_PX = 63, SPARE = 3;
const OPEN_URGENCY = { critical: 0, urgent: 1, normal: 2 };

export function mend(face, view, city) {
  const list = (face.citywallList ??= make(face, city));
  list.take(view);
}

function make(face, city) {
  const { make, text, mark, show, part, rows, reshape } = city.mend, { say, desk, orders } = city;
  const me = city.page.person?.hand ?? "", myName = city.page.person?.name ?? "";
  let view = { scalars: {}, order: [], rows: new Map() };
  let filter = FILTERS.includes(desk.query.get("filter")) ? desk.query.get("filter") : "all";
  let order = ORDERS.includes(desk.query.get("order")) ? desk.query.get("order") : "left";
  let words = desk.query.get("words") ?? "";
  let asked = null, askedAt = -Infinity, isAsking = false, failedAsk = false;
  let shown = [];                   // what stands in the list, top to bottom
  let frozen = null;                // the same while a hand is in the list
  let isOver = false, isDown = false, hasFocus = false, handAt = 0;
  const marked = new Set(), ghosts = new Map();
  let summary = null, pressed = null;

  // ---- the fixed parts
  const head = part(face, "head", () => make("header", "", [make("h2"), make("div", "filters"), make("select", "order")]));
  const [title, chips, sorter] = head.children;
  const search = part(face, "search", () => make("input", "search"));
  search.type = "search";
  search.setAttribute("aria-label", say.say("desk.search"));
  search.placeholder = say.say("desk.search");
  search.value = words;
  const ol = part(face, "list", () => make("ol", "rows"));
  ol.tabIndex = 0;
  ol.setAttribute("aria-label", say.say("desk.queue"));
  const calm = part(face, "calm", () => make("p", "calm"));
  const foot = part(face, "foot", () => make("footer", "", [make("span", "said"), make("button", "plain")]));
  const [said, thaw] = foot.children;
  thaw.type = "button";
  for (const name of ORDERS) {
    const option = make("option");
    option.value = name;
    text(option, say.say("sort." + name));
    sorter.append(option);
  }
  sorter.setAttribute("aria-label", say.say("desk.order"));
  sorter.value = order;

  // ---- which rows, in which order
  const city_ = () => city.city();
  const due = city.rows.until;
  const IS = {
    all: () => true, critical: (row) => row.urgency === "critical", mine: (row) => row.hands?.includes(me),
    overdue: (row) => row.due_at !== null && row.due_at < city_(), ruling: (row) => row.state === "ruling",
    reported: (row) => row.state === "reported" || row.state === "verifying",
  };
  const left = (row) => due(row) ?? (row.urgency === "critical" ? -Infinity : Infinity);
  const RANK = {
    left: (row) => [row.urgency === "critical" ? 0 : 1, left(row), row.at],
    urgency: (row) => [OPEN_URGENCY[row.urgency] ?? 2, left(row), row.at],
    newest: (row) => [-row.at, 0, 0],
  };
  // Numbers, smallest first; Infinity - Infinity is no number and counts as equal.
  function compare(a, b) {
    for (let place = 0; place < a.length; place++) if (a[place] !== b[place]) return a[place] < b[place] ? -1 : 1;
    return 0;
  }
  // The channel tells the first 200; who wants others, or another order of more, asks for them.
  const isWhole = () => (view.scalars.rows ?? view.scalars.all ?? 0) <= CHANNEL_MOST;
  const mustAsk = () => words.trim() !== "" || (!isWhole() && (filter !== "all" || order !== "left"));
  const rowOf = (id) => view.rows.get(id) ?? asked?.rows.get(id) ?? ghosts.get(id);
  function wanted() {
    if (mustAsk()) return asked ? asked.order : [];
    const chosen = view.order.filter((id) => IS[filter](view.rows.get(id)));
    if (filter === "all" && order === "left") return chosen;
    return chosen.map((id) => [RANK[order](view.rows.get(id)), id]).sort((a, b) => compare(a[0], b[0])).map(([, id]) => id);
  }
  function total() {
    if (words.trim() !== "") return asked?.total ?? null;
    return filter === "mine" ? view.scalars.mine?.[me] ?? 0 : view.scalars[filter] ?? null;
  }
  async function ask() {
    if (isAsking || !desk.isLive()) return;
    isAsking = true;
    askedAt = performance.now();
    const question = { filter, order, words: words.trim(), after: null }, isFirst = asked === null;
    try {
      const reply = await desk.ask("rows", question);
      failedAsk = false;
      if (question.words === words.trim() && question.filter === filter && question.order === order) {
        asked = { order: reply.rows.map(([id]) => id), rows: new Map(reply.rows), total: reply.total };
        desk.know(reply.rows);
        if (isFirst) { frozen = null; shown = []; ol.scrollTop = 0; }
      } else askedAt = -Infinity;
    } catch { failedAsk = true; }
    isAsking = false;
    draw();
  }

  // ---- the frozen order
  const isHeld = () => isOver || isDown || hasFocus || marked.size > 0;
  function settle() {
    const now = wanted();
    if (!isHeld()) {
      frozen = null;
      ghosts.clear();
      shown = now;
      return [];
    }
    if (frozen === null) frozen = (shown.length > 0 ? shown : now).filter(rowOf);
    // What left the queue keeps its place until the hand has gone, but nothing can be ordered of it.
    for (const id of frozen) ghosts.set(id, rowOf(id));
    const known = new Set(frozen);
    shown = frozen;
    return now.filter((id) => !known.has(id));
  }
  function release() {
    frozen = null;
    isOver = isDown = false;
    marked.clear();
    if (ol.contains(face.getRootNode().activeElement)) face.getRootNode().activeElement.blur();
    hasFocus = false;
    draw();
  }
  function anew() {
    frozen = null;
    ghosts.clear();
    marked.clear();
    asked = null;
    askedAt = -Infinity;
    desk.remember({ filter: filter === "all" ? "" : filter, order: order === "left" ? "" : order, words: words.trim() });
    if (mustAsk()) ask();
    shown = [];
    draw();
    ol.scrollTop = 0;
  }

  // ---- drawing
  function take(given) {
    view = given;
    // A hand that has not moved for a minute is a hand that was left there.
    if (hasFocus && !isOver && performance.now() - handAt > IDLE_MS && marked.size === 0) return release();
    if (mustAsk() && performance.now() - askedAt >= ASK_EVERY_MS) ask();
    draw();
  }
  function draw() {
    const fresh = settle(), live = desk.isLive();
    mark(face, "off", !live);
    text(title, say.say("desk.queue_n", { n: number(total()) }));
    rows(chips, FILTERS, chip, (node, id) => {
      const n = id === "mine" ? view.scalars.mine?.[me] ?? 0 : view.scalars[id];
      text(node, id === "all" ? say.say("filter.all") : say.say("filter." + id, { n: number(n ?? null) }));
      node.setAttribute("aria-pressed", String(id === filter));
    });
    show(ol, shown.length > 0);
    // Only what can be seen is mended at every look; the rest when it is scrolled to.
    const top = Math.floor(ol.scrollTop / ROW_PX) - SPARE, bottom = top + Math.ceil(ol.clientHeight / ROW_PX) + 2 * SPARE;
    const seen = new Set(shown.slice(Math.max(0, top), Math.max(0, bottom)));
    rows(ol, shown, build, (node, id) => { if (seen.has(id) || node.citywallSpecs === undefined) fill(node, id); });
    const nothing = view.scalars.all == null ? "unknown" : failedAsk && mustAsk() ? "desk.no_reply"
      : mustAsk() && asked === null ? "desk.asking" : words.trim() ? "desk.not_found" : "queue.empty";
    text(calm, say.say(nothing));
    show(calm, shown.length === 0);
    tell(fresh, live);
  }
  const number = (n) => (n === null ? "—" : n.toLocaleString("en"));
  function tell(fresh, live) {
    const gaps = city.gaps(view.scalars.gaps), beyond = Math.max(0, (total() ?? 0) - shown.length - fresh.length);
    const critical = fresh.filter((id) => rowOf(id)?.urgency === "critical").length;
    const parts = [
      !live && say.say("desk.session_lost"),
      summary && summaryWords(),
      marked.size > 0 && say.say("desk.marked", { n: marked.size }),
      frozen && fresh.length > 0 && say.say(critical > 0 ? "desk.frozen_critical" : "desk.frozen_new", { n: fresh.length, critical }),
      frozen && fresh.length === 0 && say.say("desk.frozen"),
      !frozen && beyond > 0 && say.say("desk.beyond", { n: number(beyond) }),
      gaps,
    ].filter(Boolean);
    text(said, parts.join(" · "));
    mark(said, "loud", !live || critical > 0 || gaps !== "");
    text(thaw, marked.size > 0 ? say.say("desk.unmark") : say.say("desk.release"));
    show(thaw, marked.size > 0 || fresh.length > 0);
  }

  function chip(id) {
    const node = make("button", "chip");
    node.type = "button";
    node.addEventListener("click", () => { filter = id; anew(); });
    return node;
  }
  function build(id) {
    const top = make("div", "top", [make("p", "what", [make("span", "class"), make("span", "road")]), make("span", "time")]);
    const below = make("div", "below", [
      make("p", "who", [make("span", "line"), button("undo"), button("resend")]), make("div", "pair", [button("one"), button("two")]),
    ]);
    const node = make("li", "", [make("span", "mark"), top, below]);
    node.citywallMark = id;
    return node;
  }
  function button(name) {
    const node = make("button", name);
    node.type = "button";
    node.tabIndex = -1;
    node.dataset.act = name;
    return node;
  }
  function fill(node, id) {
    const row = rowOf(id), made = orders.of(id), isGone = frozen !== null && !view.rows.has(id) && !asked?.rows.has(id);
    const [shape, top, below] = node.children, [what, time] = top.children, [who, acts] = below.children;
    const [line, undo, resend] = who.children, now = city_();
    reshape(shape, marked.has(id) ? "chosen" : row.urgency);
    mark(node, "urgency", row.urgency);
    mark(node, "marked", marked.has(id));
    mark(node, "gone", isGone);
    mark(node, "act", made?.state);
    node.setAttribute("aria-current", String(id === desk.selected()));
    text(what.firstChild, city.words("class." + row.class) ?? (row.label || say.say("class.unknown")));
    const road = row.road || city.words("street." + row.street) || "";
    text(what.lastChild, road);
    show(what.lastChild, road !== "");
    city.rows.time(time, row, now);
    text(line, made ? actWords(made, row, now) : second(row, now, isGone));
    mark(line, "tone", made && TONE[made.state]);
    line.title = line.textContent;
    const leftToUndo = orders.undoLeft(made);
    text(undo, leftToUndo > 0 ? say.say("desk.undo_n", { n: leftToUndo }) : "");
    show(undo, leftToUndo > 0);
    undo.disabled = !desk.isLive();
    text(resend, say.say("desk.resend"));
    show(resend, made?.state === "lost");
    fillActs(node, acts, row, made, isGone);
    if (made?.state === "done" && leftToUndo === 0 && performance.now() - (made.seenAt ??= performance.now()) > TOLD_MS) queueMicrotask(() => orders.forget(id));
  }
  const TONE = { pending: "pending", silent: "lost", lost: "lost", refused: "refused", done: "done" };
  // Two buttons: what the row offers; of a refused order, once more on the new version, and "good".
  function fillActs(node, acts, row, made, isGone) {
    const refused = made?.state === "refused";
    const specs = isGone ? [] : refused ? refusedButtons(row, made) : orders.buttons(row);
    node.citywallSpecs = specs;
    for (const [place, child] of [...acts.children].entries()) {
      const spec = specs[place];
      show(child, Boolean(spec));
      if (!spec) continue;
      text(child, spec.label);
      child.disabled = Boolean(spec.off) || !desk.isLive();
      mark(child, "first", place === 0 && (row.hazard || row.urgency === "critical" || row.state === "ruling"));
    }
  }
  function refusedButtons(row, made) {
    const good = { good: true, label: say.say("desk.good") };
    const still = orders.button(row, made.verb, made.args.to);
    // An undo is never tried again, nor what the row does not offer any more.
    if (made.verb === "undo" || !still || !(row.offers ?? []).includes(made.verb)) return [good];
    const args = made.verb === "escalate" ? still.args : made.args;
    return [{ ...still, args, to: still.to, label: say.say("desk.still", { verb: say.say("verb." + made.verb) }) }, good];
  }
  function actWords(made, row, now) {
    if (made.state === "pending") return say.say("desk.pending", { verb: doing(made) });
    if (made.state === "silent") return say.say("desk.silent", { verb: doing(made) });
    if (made.state === "lost") return say.say("desk.lost", { verb: doing(made) });
    if (made.state === "refused") return orders.refusal(made.answer.refused);
    const done = `${orders.doneWords(made)} ${say.hhmmss(made.at)}`;
    return orders.undoLeft(made) > 0 ? done : [done, second(row, now, false)].join(" · ");
  }
  // "改派▸电力", as the button said it.
  function doing(made) {
    const verb = city.words("verb." + made.verb) ?? made.verb, to = made.to && (city.words("role." + made.to) ?? orders.holder(made.to));
    return to ? say.say("order.to", { verb, to }) : verb;
  }
  function second(row, now, isGone) {
    if (isGone) return say.say("desk.gone");
    const others = (row.presence ?? []).filter((name) => name !== myName);
    const here = others.length > 0 && say.say("desk.at_it", { names: others.map(orders.short).join(say.say("list.comma")) });
    return [here, city.rows.second(row, now)].filter(Boolean).join(" · ");
  }

  let isWaiting = false;
  ol.addEventListener("scroll", () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => { isWaiting = false; draw(); });
  }, { passive: true });

  // ---- the hand: pointer
  ol.addEventListener("pointerenter", () => { isOver = true; draw(); });
  ol.addEventListener("pointerleave", () => { isOver = false; draw(); });
  ol.addEventListener("pointerdown", (event) => {
    isDown = true;
    handAt = performance.now();
    const node = event.target.closest("li"), act = event.target.closest("button[data-act]")?.dataset.act ?? "";
    pressed = node && { id: node.citywallMark, act, spec: specOf(node, act), version: desk.versionOf(node.citywallMark) };
  });
  addEventListener("pointerup", () => { if (isDown) { isDown = false; setTimeout(draw, 0); } });
  addEventListener("pointercancel", () => { isDown = false; });
  ol.addEventListener("click", (event) => {
    const node = event.target.closest("li");
    if (!node) return;
    const id = node.citywallMark, act = event.target.closest("button[data-act]")?.dataset.act ?? "";
    const given = pressed?.id === id && pressed.act === act ? pressed : { id, act, spec: specOf(node, act), version: desk.versionOf(id) };
    pressed = null;
    // The second half of a double click means the same as the first, whatever the button says by then.
    if (act && event.detail > 1) return;
    if (act) return does(given);
    if (event.ctrlKey || event.metaKey || event.shiftKey) { toggleOne(id); return; }
    desk.select(id);
    draw();
  });
  const specOf = (node, act) => (act === "one" ? node.citywallSpecs?.[0] : act === "two" ? node.citywallSpecs?.[1] : null);
  function does({ id, act, spec, version }) {
    if (act === "undo") return desk.undo(id);
    if (act === "resend") return orders.resend(orders.of(id));
    if (!spec) return;
    if (spec.good) return orders.forget(id);
    desk.press(id, spec, orders.of(id)?.state === "refused" ? rowOf(id)?.version : version);
  }

  // ---- the hand: keyboard
  // A button that the pointer has pressed is in focus too, but no keyboard is there.
  face.addEventListener("focusin", () => {
    const active = face.getRootNode().activeElement;
    hasFocus = ol.contains(active) && active.matches(":focus-visible");
    handAt = performance.now();
    draw();
  });
  face.addEventListener("focusout", () => { hasFocus = false; setTimeout(draw, 0); });
  function toggleOne(id) {
    if (marked.has(id)) marked.delete(id);
    else if (view.rows.has(id) || asked?.rows.has(id)) marked.add(id);
    summary = null;
    draw();
  }
  function step(by) {
    if (shown.length === 0) return;
    handAt = performance.now();
    const here = shown.indexOf(desk.selected());
    const next = here < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(shown.length - 1, Math.max(0, here + by));
    ol.focus({ preventScroll: true });
    hasFocus = true;
    desk.select(shown[next]);
    draw();
    ol.children[next]?.scrollIntoView({ block: "nearest" });
  }
  search.addEventListener("input", () => {
    clearTimeout(search.citywallTimer);
    search.citywallTimer = setTimeout(() => { words = search.value; anew(); }, TYPED_MS);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); search.blur(); step(1); }
    if (event.key === "Escape" && search.value) { search.value = words = ""; anew(); }
  });
  sorter.addEventListener("change", () => { order = sorter.value; sorter.blur(); anew(); });
  thaw.addEventListener("click", release);

  // ---- many at once: one command each, told in one line
  function bulk(promises, all) {
    const asked = promises.filter(Boolean);
    const mine = (summary = { all, sent: asked.length, done: 0, refused: 0, lost: 0, at: performance.now() });
    marked.clear();
    for (const promise of asked) {
      promise.then((answer) => { mine[answer.done ? "done" : answer.refused ? "refused" : "lost"]++; mine.at = performance.now(); draw(); });
    }
    draw();
  }
  function summaryWords() {
    const { all, sent, done, refused, lost, at } = summary;
    if (done + refused + lost === sent && performance.now() - at > 2 * TOLD_MS) { summary = null; return ""; }
    return say.say("desk.bulk", { n: all, done, refused: refused + lost + all - sent, open: sent - done - refused - lost });
  }

  orders.on(() => draw());
  desk.onSelected(() => draw());
  city.on("session", () => draw());
  desk.takeList({
    step, bulk, marked: () => [...marked], leave: release,
    toggle: () => { if (desk.selected() && shown.includes(desk.selected())) toggleOne(desk.selected()); },
    search: () => { search.focus(); search.select(); },
    enter: () => { if (!desk.selected()) step(1); else desk.want(desk.selected(), "open"); },
  });
  return { take };
}
