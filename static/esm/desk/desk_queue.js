// The desk's queue. Rows are nodes that stay; while a pointer is in the list nothing changes place, so that a press
// always means the row that was under it. What a button said at the press is what is ordered.
// Parts: static/js/desk/desk_queue_*.js.
const version = new URL(import.meta.url).search;
const [{ FILTERS, ORDERS, WAITING, chosenOf }, { pagesOf }, { rowOf: rowsOf }] = await Promise.all(
  ["order", "pages", "row"].map((name) => import(`../../js/desk/desk_queue_${name}.js${version}`)),
);
const CHANNEL_MOST = 200, TYPED_MS = 250, IDLE_MS = 60000, SUMMED_MS = 16000, ROW_PX = 63, SPARE = 3, NEAR_END = 40;

export function mend(face, view, city) {
  const list = (face.citywallList ??= make(face, city));
  list.take(view);
}

function make(face, city) {
  const { make, text, mark, show, part, rows } = city.mend, { say, desk, orders } = city;
  const me = city.page.person?.person_mark ?? "";
  let view = { scalars: {}, order: [], rows: new Map() };
  let isEmergency = false;
  let filter = [...FILTERS, ...WAITING].includes(desk.query.get("filter")) ? desk.query.get("filter") : "all";
  let order = ORDERS.includes(desk.query.get("order")) ? desk.query.get("order") : "left";
  let words = desk.query.get("words") ?? "";
  let isDeep = false;               // whether the list goes on beyond what the channel tells
  let shown = [];                   // what stands in the list, top to bottom
  let frozen = null;                // the same while a pointer is in the list
  let isOver = false, isDown = false, hasFocus = false, movedAt = 0;
  const marked = new Set(), ghosts = new Map();
  let summary = null;
  const pages = pagesOf(city, (isFirst) => {
    if (isFirst && mustAsk()) {
      frozen = null;
      shown = [];
      ol.scrollTop = 0;
    }
    draw();
  });
  // A caller who waits has a row of its own, also of a case that the channel tells.
  const isWaiting = () => WAITING.includes(filter);
  const rowOf = (id) => (isWaiting() ? pages.row(id) ?? ghosts.get(id) : undefined) ?? view.rows.get(id) ?? pages.row(id) ?? ghosts.get(id);
  const isTold = (id) => (!isWaiting() && view.rows.has(id)) || pages.has(id);
  const one = rowsOf(city, { rowOf, isMarked: (id) => marked.has(id), isGone: (id) => frozen !== null && !isTold(id) });

  // ---- the fixed parts
  const head = part(face, "head", () => make("header", "", [make("h2"), make("div", "filters"), make("select", "order")]));
  const [title, chips, sorter] = head.children;
  const find = part(face, "find", () => make("div", "find", [make("input", "search"), make("div", "filters")]));
  const [search, callers] = find.children;
  search.type = "search";
  search.placeholder = city.page.has_grids ? say.say("desk.search_grids") : say.say("desk.search");
  search.setAttribute("aria-label", search.placeholder);
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
  // The channel tells the first 200; who wants others, or another order of more, asks for them.
  const isWhole = () => (view.scalars.rows ?? view.scalars.all ?? 0) <= CHANNEL_MOST;
  const mustAsk = () => isWaiting() || words.trim() !== "" || (!isWhole() && (filter !== "all" || order !== "left"));
  const wantPages = () => pages.want(mustAsk() || isDeep ? { filter, order, words: words.trim() } : null);
  function wanted() {
    if (mustAsk()) return pages.order() ?? [];
    const chosen = chosenOf(city, view, { filter, order, personMark: me });
    return isDeep ? [...chosen, ...(pages.order() ?? []).filter((id) => !view.rows.has(id))] : chosen;
  }
  function total() {
    if (words.trim() !== "") return pages.total();
    if (isWaiting()) return view.scalars[filter] ?? null;
    return filter === "mine" ? view.scalars.mine?.[me] ?? 0 : view.scalars[filter] ?? null;
  }
  // Rows there are of what is chosen, here or not: reports of one place have one row.
  function places() {
    if (mustAsk()) return pages.total() ?? 0;
    return isWhole() ? 0 : view.scalars.rows;
  }
  // Near the end of what was told the next rows are asked for.
  function goOn(bottom) {
    if (ol.scrollTop === 0 || bottom < shown.length - NEAR_END) return;
    if (!mustAsk() && !isDeep) {
      if (isWhole()) return;
      isDeep = true;
      wantPages();
    }
    pages.more();
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
    // What left the queue keeps its place until the pointer has gone, but nothing can be ordered of it.
    for (const id of frozen) ghosts.set(id, rowOf(id));
    const known = new Set(frozen), last = now.findLastIndex((id) => known.has(id));
    // The next rows below the last one move nothing.
    if (pages.isAsked()) frozen = [...frozen, ...now.slice(last + 1).filter((id) => !view.rows.has(id))];
    shown = frozen;
    const standing = new Set(frozen);
    return now.filter((id) => !standing.has(id));
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
    isDeep = false;
    desk.remember({ filter: filter === "all" ? "" : filter, order: order === "left" ? "" : order, words: words.trim() });
    wantPages();
    shown = [];
    draw();
    ol.scrollTop = 0;
  }

  // In an emergency the list is folded to hazards and what is urgent, once; whoever wants the rest chooses it.
  function turn(is) {
    if (is === isEmergency) return;
    isEmergency = is;
    if (filter !== (is ? "all" : "risk")) return;
    filter = is ? "risk" : "all";
    anew();
  }

  // ---- drawing
  function take(given) {
    view = given;
    turn(city.card("level_band")?.scalars.mode === "emergency");
    // A pointer that has not moved for a minute was left there.
    if (hasFocus && !isOver && performance.now() - movedAt > IDLE_MS && marked.size === 0) return release();
    if (isDeep && !isHeld() && ol.scrollTop === 0) isDeep = false;
    wantPages();
    pages.look();
    draw();
  }
  function draw() {
    const fresh = settle(), live = desk.isLive();
    mark(face, "off", !live);
    text(title, city.rows.count(total()));
    rows(chips, FILTERS.filter((id) => id !== "risk" || isEmergency || id === filter), chip, fillChip);
    rows(callers, WAITING.filter((id) => view.scalars[id] > 0 || id === filter), chip, fillChip);
    show(ol, shown.length > 0);
    // Only what can be seen is mended at every look; the rest when it is scrolled to.
    const top = Math.floor(ol.scrollTop / ROW_PX) - SPARE, bottom = top + Math.ceil(ol.clientHeight / ROW_PX) + 2 * SPARE;
    const seen = new Set(shown.slice(Math.max(0, top), Math.max(0, bottom)));
    rows(ol, shown, one.build, (node, id) => {
      if (!seen.has(id) && node.citywallIsFilled) return;
      one.fill(node, id);
      node.citywallIsFilled = true;
    });
    goOn(bottom);
    const nothing = view.scalars.all == null ? "unknown" : pages.isFailed() ? "desk.no_reply"
      : mustAsk() && pages.order() === null ? "desk.asking" : words.trim() ? "desk.not_found" : "queue.empty";
    text(calm, say.say(nothing));
    show(calm, shown.length === 0);
    tell(fresh, live);
  }
  // Every report of the day became something: nobody is lost.
  function balance(told) {
    return [say.say("desk.balance", told), told.other > 0 && say.say("desk.balance_other", { n: told.other })].filter(Boolean).join(" + ");
  }
  const number = (n) => (n === null ? "—" : n.toLocaleString("en"));
  function tell(fresh, live) {
    const gaps = city.gaps(view.scalars.gaps), beyond = Math.max(0, places() - shown.length - fresh.length);
    const critical = fresh.filter((id) => rowOf(id)?.urgency === "critical").length;
    const parts = [
      !live && say.say("desk.session_lost"),
      summary && summaryWords(),
      marked.size > 0 && say.say("desk.marked", { n: marked.size }),
      frozen && fresh.length > 0 && say.say(critical > 0 ? "desk.frozen_critical" : "desk.frozen_new", { n: fresh.length, critical }),
      frozen && fresh.length === 0 && say.say("desk.frozen"),
      !frozen && beyond > 0 && say.say("desk.beyond", { n: number(beyond) }),
      filter === "all" && words.trim() === "" && city.rows.places(view.scalars.all, view.scalars.rows),
      filter === "risk" && view.scalars.all > view.scalars.risk && say.say("desk.folded", { n: number(view.scalars.all - view.scalars.risk) }),
      filter === "risk" && view.scalars.deferred > 0 && say.say("risks.deferred", { n: number(view.scalars.deferred) }),
      filter === "reported" && view.scalars.balance && balance(view.scalars.balance),
      gaps,
    ].filter(Boolean);
    text(said, parts.join(" · "));
    mark(said, "loud", !live || critical > 0 || gaps !== "");
    text(thaw, marked.size > 0 ? say.say("desk.unmark") : say.say("desk.release"));
    show(thaw, marked.size > 0 || fresh.length > 0);
  }

  function fillChip(node, id) {
    const n = id === "mine" ? view.scalars.mine?.[me] ?? 0 : view.scalars[id];
    text(node, id === "all" ? say.say("filter.all") : say.say("filter." + id, { n: number(n ?? null) }));
    node.setAttribute("aria-pressed", String(id === filter));
  }
  function chip(id) {
    const node = make("button", "chip");
    node.type = "button";
    node.addEventListener("click", () => { filter = id; anew(); });
    return node;
  }
  let isScrolled = false;
  ol.addEventListener("scroll", () => {
    if (isScrolled) return;
    isScrolled = true;
    requestAnimationFrame(() => { isScrolled = false; draw(); });
  }, { passive: true });

  // ---- input: pointer
  function over(is) {
    if (isOver === is) return;
    isOver = is;
    draw();
  }
  ol.addEventListener("pointerenter", () => over(true));
  // The list may have been let go under the pointer: it is held again as soon as the pointer moves.
  ol.addEventListener("pointermove", () => over(true));
  ol.addEventListener("pointerleave", () => over(false));
  ol.addEventListener("pointerdown", () => {
    isDown = true;
    movedAt = performance.now();
  });
  addEventListener("pointerup", () => { if (isDown) { isDown = false; setTimeout(draw, 0); } });
  addEventListener("pointercancel", () => { isDown = false; });
  ol.addEventListener("click", (event) => {
    const node = event.target.closest("li");
    if (!node || event.target.closest("button")) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) { toggleOne(node.citywallMark); return; }
    desk.select(node.citywallMark);
    draw();
  });

  // ---- input: keyboard
  face.addEventListener("focusin", () => {
    const active = face.getRootNode().activeElement;
    hasFocus = ol.contains(active) && active.matches(":focus-visible");
    movedAt = performance.now();
    draw();
  });
  face.addEventListener("focusout", () => { hasFocus = false; setTimeout(draw, 0); });
  function toggleOne(id) {
    if (marked.has(id)) marked.delete(id);
    else if (isTold(id)) marked.add(id);
    summary = null;
    draw();
  }
  function step(by) {
    if (shown.length === 0) return;
    movedAt = performance.now();
    const here = shown.indexOf(desk.selected());
    const next = here < 0 ? (by === Infinity ? shown.length - 1 : 0) : Math.min(shown.length - 1, Math.max(0, here + by));
    ol.focus({ preventScroll: true });
    hasFocus = true;
    desk.select(shown[next]);
    draw();
    ol.children[next]?.scrollIntoView({ block: "nearest" });
  }
  function typed(event) {
    // Half a word of an input method is none.
    if (event.isComposing) return;
    clearTimeout(search.citywallTimer);
    search.citywallTimer = setTimeout(() => { words = search.value; anew(); }, TYPED_MS);
  }
  for (const name of ["input", "compositionend"]) search.addEventListener(name, typed);
  search.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" || event.key === "ArrowDown") { event.preventDefault(); search.blur(); step(1); }
    if (event.key === "Escape" && search.value) { search.value = words = ""; anew(); }
  });
  sorter.addEventListener("change", () => { order = sorter.value; sorter.blur(); anew(); });
  thaw.addEventListener("click", release);

  // ---- many at once: one command each, told in one line
  function bulk(promises, all) {
    const sent = promises.filter(Boolean);
    const mine = (summary = { all, sent: sent.length, done: 0, refused: 0, lost: 0, at: performance.now() });
    marked.clear();
    for (const promise of sent) {
      promise.then((answer) => { mine[answer?.done ? "done" : answer?.lost ? "lost" : "refused"]++; mine.at = performance.now(); draw(); });
    }
    draw();
  }
  function summaryWords() {
    const { all, sent, done, refused, lost, at } = summary;
    if (done + refused + lost === sent && performance.now() - at > SUMMED_MS) { summary = null; return ""; }
    return say.say("desk.bulk", { n: all, done, refused: refused + all - sent, lost, open: sent - done - refused - lost });
  }

  // What became of an order changes its own row alone.
  orders.on((made) => {
    const node = ol.citywallRows?.get(made.mark);
    if (node?.citywallIsFilled) one.fill(node, made.mark);
  });
  desk.onSelected(() => draw());
  city.on("session", () => draw());
  desk.takeList({
    step, bulk, marked: () => [...marked], leave: release,
    toggle: () => { if (desk.selected() && shown.includes(desk.selected())) toggleOne(desk.selected()); },
    search: (given) => {
      if (given === undefined) { search.focus(); search.select(); return; }
      search.value = words = given;
      anew();
    },
    enter: () => { if (!desk.selected()) step(1); else desk.want(desk.selected(), "open"); },
  });
  return { take };
}
