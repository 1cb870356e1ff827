// Orders: a click becomes a command with its own id, and every command gets its answer or says that it did
// not arrive. One page session carries them (static/esm/session_messages.js); the state of each is kept per subject.
(function () {
  "use strict";
  const city = window.citywall;
  const SILENT_MS = 2000, GIVE_UP_MS = 30000, ASK_MS = 8000, TOLD_MS = 8000, REFUSED_MS = 900000, KEPT = "citywall-orders";
  const NOTES = new Set(["reveal"]); // noted of a case, not done to it
  const UNDOES = new Set(["undo", "undo_task", "undo_screening"]);
  const acts = new Map();     // subject -> its acts, oldest first
  const open = new Map();     // command id -> act that waits for an answer
  const asks = new Map();     // number -> {done, failed, timer}
  const listeners = new Set(), hearers = new Map();
  let send = null, number = 0;

  // ---- the wire: session_messages.js gives the way out and calls take() with what comes in
  function attach(way) {
    send = way;
    for (const act of open.values()) out({ act: act.envelope });
    for (const { message } of asks.values()) out(message);
  }
  function out(message) {
    // A session that is gone throws; silence and the watch of live.js show it.
    try { send?.(message); } catch (error) { console.info("citywall: not sent,", String(error)); }
  }
  function take(message) {
    if (message?.answer) answered(message.answer);
    else if (message?.reply) replied(message.reply);
    for (const [name, fns] of hearers) if (message && name in message) for (const fn of fns) fn(message);
  }
  function hear(name, fn) {
    if (!hearers.has(name)) hearers.set(name, new Set());
    hearers.get(name).add(fn);
    return () => hearers.get(name).delete(fn);
  }

  // ---- commands. States: pending, silent (sent again), lost (given up), done, refused.
  const id = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
  const subjectOf = (mark) => (mark.includes(":") ? mark : "case:~" + mark);
  const actsOf = (mark) => acts.get(subjectOf(mark)) ?? [];

  // One order of a subject at a time: while it waits for its answer another one is not taken (null).
  function act(verb, mark, version, args, to) {
    if (isBusy(mark)) return null;
    const envelope = { command_id: id(), verb, subject: subjectOf(mark), version: version ?? 0, args: args ?? {} };
    const made = note(envelope, mark, { state: "pending", born: Date.now(), to: to ?? "" });
    const promise = new Promise((done) => { made.settle = done; });
    go(made);
    return promise;
  }
  // Of what came before only what was done is still told beside a new order.
  function note(envelope, mark, given) {
    const { command_id, verb, subject, version, args } = envelope;
    const made = { id: command_id, verb, mark, subject, version, args, to: "", envelope, answer: null, at: null, until: null, settle() {}, ...given };
    acts.set(subject, [...actsOf(mark).filter((one) => one.state === "done"), made]);
    open.set(made.id, made);
    return made;
  }
  function go(made) {
    out({ act: made.envelope });
    made.timer = setTimeout(() => again(made), SILENT_MS);
    keep();
    changed(made);
  }
  function again(made) {
    if (!open.has(made.id)) return;
    if (Date.now() - made.born >= GIVE_UP_MS) {
      open.delete(made.id);
      made.state = "lost";
      keep();
      changed(made);
      made.settle({ command_id: made.id, lost: true });
      return;
    }
    made.state = "silent";
    go(made);
  }
  // The same id once more, by hand: what was done under it is told, not done again.
  function resend(made) {
    if (made?.state !== "lost") return;
    Object.assign(made, { state: "pending", born: Date.now() });
    open.set(made.id, made);
    go(made);
  }
  function answered(answer) {
    const made = open.get(answer.command_id);
    if (!made) return;
    // Nothing was decided, or nobody knows: the same id is asked again until there is another answer.
    if (answer.refused?.code === "read_only") {
      made.state = "silent";
      changed(made);
      return;
    }
    open.delete(made.id);
    clearTimeout(made.timer);
    // Whom a look has shown is for who asked, and stays nowhere else.
    const { person, ...done } = answer.done ?? {};
    made.answer = answer.done ? { ...answer, done } : answer;
    made.at = city.city();
    made.state = answer.done ? "done" : "refused";
    made.until = answer.done?.undo_until ?? null;
    // What is undone is told as done no more, also when the undo itself is told no more.
    if (UNDOES.has(made.verb) && answer.done) acts.set(made.subject, [made]);
    keep();
    fade(made);
    changed(made);
    made.settle(answer);
  }
  // What was done is told for a while after its undo is over; what was refused, until somebody had time to read it.
  function fade(made) {
    const wait = made.state === "done" ? 1000 * secondsLeft(made) + TOLD_MS : REFUSED_MS;
    setTimeout(() => (secondsLeft(made) > 0 ? fade(made) : drop(made)), wait);
  }
  function drop(made) {
    const list = actsOf(made.mark);
    if (open.has(made.id) || !list.includes(made)) return;
    const rest = list.filter((one) => one !== made);
    if (rest.length > 0) acts.set(made.subject, rest);
    else acts.delete(made.subject);
    changed(made);
  }
  function forget(mark) {
    const newest = actsOf(mark).at(-1);
    if (newest) drop(newest);
  }
  // Whoever orders from here on is somebody else.
  function clear() {
    const all = [...open.values()];
    open.clear();
    acts.clear();
    keep();
    for (const made of all) {
      clearTimeout(made.timer);
      made.settle({ command_id: made.id, lost: true });
    }
    changed(null);
  }

  // What a reload interrupts is sent again under its id, so that its answer is known on the new page: to the
  // same person. A wall has none: its seat is gone with its page.
  const owner = () => city.page.person?.person_mark ?? "";
  function keep() {
    if (!owner()) return;
    const waiting = [...open.values()].map(({ envelope, mark, born, to }) => ({ envelope, mark, born, to }));
    try { sessionStorage.setItem(KEPT, JSON.stringify({ owner: owner(), waiting })); } catch { /* a browser without storage */ }
  }
  function restore() {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { return; }
    if (!owner() || kept?.owner !== owner()) return;
    for (const { envelope, mark, born, to } of kept.waiting) {
      if (Date.now() - born >= GIVE_UP_MS) continue;
      const made = note(envelope, mark, { state: "silent", born, to });
      made.timer = setTimeout(() => again(made), SILENT_MS);
    }
  }
  function changed(made) {
    for (const fn of listeners) {
      try { fn(made); } catch (error) { console.error("citywall: listener of acts:", error); }
    }
  }

  // ---- questions
  function ask(what, args) {
    const message = { ask: { ...args, id: ++number, what } };
    return new Promise((done, failed) => {
      const timer = setTimeout(() => { asks.delete(message.ask.id); failed(new Error("no reply: " + what)); }, ASK_MS);
      asks.set(message.ask.id, { done, timer, message });
      out(message);
    });
  }
  function replied(reply) {
    const waiting = asks.get(reply.id);
    if (!waiting) return;
    asks.delete(reply.id);
    clearTimeout(waiting.timer);
    waiting.done(reply);
  }

  // ---- what is told of a subject
  const isBusy = (mark) => open.has(actsOf(mark).at(-1)?.id);
  // Its newest act; of several that are done the one that may be undone.
  function of(mark) {
    const newest = actsOf(mark).at(-1) ?? null;
    return newest?.state === "done" ? undoable(mark) ?? newest : newest;
  }
  // The one that may be undone: nothing was done to the case after it, and no undo of it was tried.
  function undoable(mark) {
    for (const made of [...actsOf(mark)].reverse()) {
      if (UNDOES.has(made.verb)) return null;
      if (made.state !== "done" || NOTES.has(made.verb)) continue;
      return secondsLeft(made) > 0 ? made : null;
    }
    return null;
  }
  const secondsLeft = (made) => (made.until === null ? 0 : Math.max(0, Math.ceil(made.until - city.machine())) || 0);
  // For how long it may be undone (seconds, 0 = not or no more).
  const undoLeft = (made) => (made && undoable(made.mark) === made ? secondsLeft(made) : 0);
  // The version that one's own last act on a case made; the channel may not have told it yet.
  const version = (mark) => Math.max(0, ...actsOf(mark).map((made) => made.answer?.done?.version ?? 0));

  // ---- what the person may order, by their roles and the shift: a page has buttons for nothing else. A shift begins
  // and ends while a desk is open, so it asks again; of a wall it is said when somebody takes a seat.
  const MAY_MS = 60000;
  let verbs = new Set(city.page.person?.verbs ?? []);
  const may = (verb) => (city.seat?.verbs() ?? verbs).has(verb === "merge_same" ? "merge" : verb);
  async function askVerbs() {
    const told = await ask("verbs").catch(() => ({}));
    if (!told.verbs || (told.verbs.length === verbs.size && told.verbs.every((verb) => verbs.has(verb)))) return;
    verbs = new Set(told.verbs);
    for (const card of ["desk_queue", "desk_linkage", "desk_alarms", "desk_level", "duty_board", "leader_header", "leader_decisions", "leader_orders"]) city.tell(card);
  }
  if (city.page.person) setInterval(askVerbs, MAY_MS);

  restore();
  city.orders = {
    UNDOES, attach, take, hear, act, ask, may, askVerbs, resend, forget, clear, of, isBusy, undoable, undoLeft, version,
    say: (message) => out(message),
    ofCase: (mark) => [...actsOf(mark)],
    all: () => [...acts.values()].flat(),
    on: (fn) => { listeners.add(fn); return () => listeners.delete(fn); },
    // Whether what is ordered now goes out, and its answer comes in.
    isLive: () => send !== null && city.session() === "live",
  };
})();
