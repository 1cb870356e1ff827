// The desk: which case is chosen, the keyboard, and what stays in the address. Orders go through orders.js.
(function () {
  "use strict";
  const city = window.citywall, { orders } = city;
  const query = new URLSearchParams(location.search);
  const LOOKING_S = 5, AWAY_MS = 180000, TWICE_MS = 400, MOST_KNOWN = 2000, WALL = "wall:" + (query.get("wall") ?? "hall");
  const UNDOING = { task: "undo_task", detection: "undo_screening" };
  const MARK = /^[0-9a-f]{12}$/;
  const listeners = new Set(), wanters = new Set();
  let chosen = MARK.test(query.get("case") ?? "") ? query.get("case") : null, list = null;

  // ---- the chosen case: shown in the detail, told to the others as presence
  function select(mark) {
    open(null);
    if (mark === chosen) return;
    chosen = mark;
    remember({ case: mark });
    looking(performance.now() - usedAt < AWAY_MS);
    for (const fn of listeners) fn(chosen);
  }
  function onSelected(fn) {
    listeners.add(fn);
    fn(chosen);
    return () => listeners.delete(fn);
  }
  // ---- linkage: the incident that is open, or the draft of one ({case} | {lon, lat} | {}); one at a time
  const INCIDENT = /^[\w.-]{1,80}$/;
  let incident = INCIDENT.test(query.get("incident") ?? "") ? query.get("incident") : null, draft = null;
  const linkers = new Set();
  function open(id, drafted = null) {
    if (id === incident && drafted === draft) return;
    [incident, draft] = [id, drafted];
    remember({ incident });
    document.documentElement.toggleAttribute("data-linkage", incident !== null || draft !== null);
    for (const fn of linkers) fn();
  }
  const begin = (source) => { if (isLive() && orders.may("open_incident")) open(null, source); };
  // A desk that nobody has touched for a while looks at nothing; the first touch looks again.
  let usedAt = performance.now(), isLooking = false;
  function looking(is) {
    if (!is && !isLooking) return;
    isLooking = is && chosen !== null;
    orders.say({ looking: isLooking ? chosen : null });
  }
  setInterval(() => { if (!document.hidden) looking(performance.now() - usedAt < AWAY_MS); }, LOOKING_S * 1000);
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel"]) {
    addEventListener(name, () => {
      usedAt = performance.now();
      if (!isLooking && chosen) looking(true);
    }, { capture: true, passive: true });
  }

  // The address holds case, filter, order, words and view, so that a reload leads to the same page.
  function remember(parts) {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(parts)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    if (url.href !== location.href) history.replaceState(null, "", url);
  }

  // ---- rows, wherever they came from: the channel's first, else what was asked for
  const asked = new Map();
  const isTold = (mark) => city.card("desk_queue")?.rows.has(mark) ?? false;
  const row = (mark) => city.card("desk_queue")?.rows.get(mark) ?? asked.get(mark) ?? null;
  const what = (one) => {
    const name = city.words("class." + one.class) ?? (one.label || city.say.say("class.unknown"));
    return [name, city.say.road(one.road) || city.words("street." + one.street)].filter(Boolean).join(" ");
  };
  // The version of a case that its last own act made, if the channel has not told it yet.
  const versionOf = (mark) => Math.max(row(mark)?.version ?? 0, orders.version(mark));

  // ---- acts
  const { isLive } = orders;
  function act(verb, mark, version, args, to) {
    return orders.act(verb, mark, version ?? versionOf(mark), args, to);
  }
  // What a button says is what is done: `button` is the one that was pressed, as it was at the press.
  function press(mark, button, version) {
    if (!isLive() || button.off) return null;
    if (button.verb === "send_unit" && !button.args) return want(mark, "send_unit");
    if (button.verb === "merge_same") return mergeSame(mark, button.args.same);
    if (button.args === null) return want(mark, button.verb);
    return act(button.verb, mark, version ?? versionOf(mark), button.args, button.to);
  }
  function undo(mark) {
    const made = orders.undoable(mark);
    if (!isLive() || made === null) return null;
    return act(UNDOING[mark.split(":")[0]] ?? "undo", mark, made.answer.done.version, {}, "");
  }
  // One order a report, each behind the other's answer: every one of them changes the case that they join.
  const merging = new Set();
  function mergeSame(mark, all) {
    // The channel may still tell of those that were merged a moment ago.
    const same = all.filter(([one]) => !orders.isBusy(one) && orders.of(one)?.state !== "done");
    if (merging.has(mark) || same.length === 0) return null;
    merging.add(mark);
    let last = /** @type {Promise<unknown>} */ (Promise.resolve());
    const made = same.map(([one, version]) => (last = last.then(() => act("merge", one, version, { into: mark }))));
    list?.bulk(made, same.length);
    last.finally(() => merging.delete(mark));
    return last;
  }
  function mergeChosen() {
    const same = (chosen && row(chosen)?.same) || [];
    return isLive() && orders.may("merge") ? mergeSame(chosen, same) : null;
  }
  function cast(mark) {
    if (!isLive() || !mark || !orders.may("show")) return null;
    return act("show", WALL, 0, { kind: "case", id: mark });
  }
  // A verb that needs more than a click: the detail opens its sheet.
  function want(mark, verb) {
    select(mark);
    for (const fn of wanters) fn(mark, verb);
    return null;
  }

  // ---- the keyboard. The list (desk_queue.js) tells which rows are meant.
  const DIGITS = ["1", "2", "3"];
  const isTyping = (event) => event.composedPath()[0]?.matches?.("input, textarea, select, [contenteditable]");
  function meant() {
    const marked = list?.marked() ?? [];
    return marked.length > 0 ? marked : chosen && row(chosen) ? [chosen] : [];
  }
  function all(verb, choice) {
    const marks = meant();
    if (!isLive() || marks.length === 0) return;
    const made = marks.map((mark) => [mark, row(mark) && offered(row(mark), verb, choice)])
      .filter(([mark, button]) => button && !isTwice(mark, button.verb, choice));
    keyed = new Map(made.map(([mark]) => [mark, choice]));
    if (marks.length > 1) list?.bulk(made.map(([mark, button]) => press(mark, button)), marks.length);
    else for (const [mark, button] of made) press(mark, button);
  }
  // A key that is struck twice means one order, though the row may say something else by then. Another digit names
  // another holder and is meant.
  let keyed = new Map();
  function isTwice(subject, verb, choice) {
    const isJustNow = orders.ofCase(subject).some((made) => made.verb === verb && Date.now() - made.born < TWICE_MS);
    return isJustNow && (choice === undefined || choice === keyed.get(subject));
  }
  // E is 送带班领导 where a ruling is due: the key does what the first button of the row says.
  function offered(one, verb, choice) {
    const asks = (one.verbs ?? []).filter(orders.may);
    if (verb === "escalate" && asks.includes("send_for_ruling")) return orders.button(one, "send_for_ruling");
    if (verb === "reassign" && !asks.includes("reassign") && asks.includes("dispatch")) verb = "dispatch";
    if (!asks.includes(verb)) return null;
    const to = choice === undefined ? undefined : one.targets?.[choice];
    return choice !== undefined && !to ? null : orders.button(one, verb, to);
  }
  const KEYS = {
    ArrowDown: () => list?.step(1), j: () => list?.step(1), ArrowUp: () => list?.step(-1), k: () => list?.step(-1),
    PageDown: () => list?.step(8), PageUp: () => list?.step(-8), Home: () => list?.step(-Infinity), End: () => list?.step(Infinity),
    e: () => all("escalate"), r: () => all("reassign"), w: () => isTwice(WALL, "show") || cast(chosen), u: () => undoLast(),
    m: () => mergeChosen(), F4: () => begin(chosen ? { case: chosen } : {}),
    x: () => list?.toggle(), " ": () => list?.toggle(), "/": () => list?.search(), Enter: () => list?.enter(),
    Escape: () => (incident !== null || draft !== null ? open(null) : list?.leave()),
  };
  function undoLast() {
    if (chosen && orders.undoable(chosen)) return undo(chosen);
    const last = orders.all().filter((made) => orders.undoLeft(made) > 0).sort((a, b) => b.at - a.at)[0];
    return last ? undo(last.mark) : null;
  }
  function onKey(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event)) {
      if (event.key === "Escape") event.composedPath()[0].blur();
      return;
    }
    // A button in focus takes its own Enter and space.
    if ((event.key === "Enter" || event.key === " ") && event.composedPath()[0]?.matches?.("button, a, summary")) return;
    const digit = DIGITS.indexOf(event.key);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const does = digit >= 0 ? () => all("reassign", digit) : KEYS[key];
    if (!does) return;
    if (event.repeat && (digit >= 0 || "erwum".includes(key))) return; // a key that is held is one press
    event.preventDefault();
    does();
  }
  addEventListener("keydown", onKey);
  document.documentElement.toggleAttribute("data-linkage", incident !== null);

  // The form that ends a session is the server's own; a link only leads to it.
  const signOut = () => location.assign("/sign-out?lang=" + city.page.lang);

  city.desk = {
    selected: () => chosen, select, onSelected, act, press, undo, cast, want, versionOf, row, isTold, what, isLive, remember,
    ask: orders.ask, onActs: orders.on, isTyping,
    onWanted: (fn) => { wanters.add(fn); return () => wanters.delete(fn); },
    search: (words) => list?.search(words),
    // desk_queue.js gives its list; what it asked for is known to everybody.
    takeList: (given) => { list = given; },
    know(rows) {
      for (const [mark, one] of rows) {
        asked.delete(mark);
        asked.set(mark, one);
      }
      // The oldest go first.
      for (const mark of [...asked.keys()].slice(0, Math.max(0, asked.size - MOST_KNOWN))) asked.delete(mark);
    },
    incident: () => incident, draft: () => draft, openIncident: open, beginLinkage: begin,
    onLinkage: (fn) => { linkers.add(fn); return () => linkers.delete(fn); },
    query, wall: WALL, signOut,
  };
})();
