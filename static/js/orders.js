// Orders: a click becomes a command with its own id, and every command gets its answer or says that it did
// not arrive. One page session carries them (static/esm/hand.js); the state of each is kept per subject.
(function () {
  "use strict";
  const city = window.citywall;
  const SILENT_MS = 2000, GIVE_UP_MS = 30000, ASK_MS = 8000, KEPT = "citywall-orders";
  const acts = new Map();     // subject -> its newest act
  const open = new Map();     // command id -> act that waits for an answer
  const asks = new Map();     // number -> {done, failed, timer}
  const listeners = new Set(), hearers = new Map();
  let send = null, number = 0;

  // ---- the wire: hand.js gives the way out and calls take() with what comes in
  function attach(way) {
    send = way;
    for (const act of open.values()) out({ act: act.envelope });
    for (const { message } of asks.values()) out(message);
  }
  function out(message) {
    // A session that is gone throws; silence and the watch of live.js say so to the eye.
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
  const markOf = (subject) => (subject.startsWith("case:~") ? subject.slice(6) : subject);

  function act(verb, mark, version, args, to) {
    const subject = subjectOf(mark);
    const envelope = { command_id: id(), verb, subject, version: version ?? 0, args: args ?? {} };
    let settle;
    const promise = new Promise((done) => { settle = done; });
    const made = { id: envelope.command_id, verb, mark, subject, version: envelope.version, args: envelope.args, to: to ?? "",
      envelope, state: "pending", born: Date.now(), answer: null, at: null, until: null, settle };
    acts.set(subject, made);
    open.set(made.id, made);
    out({ act: envelope });
    made.timer = setTimeout(() => again(made), SILENT_MS);
    keep();
    changed(made);
    return promise;
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
    out({ act: made.envelope });
    made.timer = setTimeout(() => again(made), SILENT_MS);
    changed(made);
  }
  // The same id once more, by hand: what was done under it is told, not done again.
  function resend(made) {
    if (made.state !== "lost") return;
    Object.assign(made, { state: "pending", born: Date.now() });
    open.set(made.id, made);
    out({ act: made.envelope });
    made.timer = setTimeout(() => again(made), SILENT_MS);
    changed(made);
  }
  function answered(answer) {
    const made = open.get(answer.command_id);
    if (!made) return;
    open.delete(made.id);
    clearTimeout(made.timer);
    made.answer = answer;
    made.at = city.city();
    made.state = answer.done ? "done" : "refused";
    made.until = answer.done?.undo_until ?? null;
    keep();
    changed(made);
    made.settle(answer);
  }
  // What a reload interrupts is sent again under its id, so that its answer is known on the new page.
  function keep() {
    const waiting = [...open.values()].map(({ envelope, mark, born }) => ({ envelope, mark, born }));
    try { sessionStorage.setItem(KEPT, JSON.stringify(waiting)); } catch { /* a browser without storage */ }
  }
  function restore() {
    let waiting = [];
    try { waiting = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"); } catch { return; }
    for (const { envelope, mark, born } of waiting) {
      if (Date.now() - born >= GIVE_UP_MS) continue;
      const made = { id: envelope.command_id, verb: envelope.verb, mark, subject: envelope.subject, version: envelope.version,
        args: envelope.args, to: "", envelope, state: "silent", born, answer: null, at: null, until: null, settle() {} };
      acts.set(made.subject, made);
      open.set(made.id, made);
      made.timer = setTimeout(() => again(made), SILENT_MS);
    }
  }
  function forget(mark) {
    const made = acts.get(subjectOf(mark));
    if (!made || open.has(made.id)) return;
    acts.delete(made.subject);
    changed(made);
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

  // ---- what may be undone, and for how long (seconds, 0 = over)
  function undoLeft(made) {
    if (made?.state !== "done" || made.until === null || made.verb === "undo") return 0;
    return Math.max(0, Math.ceil(made.until - city.machine()));
  }

  // ---- words. Names in a refusal end in what they are: _at city moments, _holder, _class, _role.
  const holder = (code) => city.words("agency." + code) ?? code;
  function named(names) {
    const now = city.city(), told = {};
    for (const [name, value] of Object.entries(names ?? {})) {
      if (name.endsWith("_at") && typeof value === "number") told[name] = city.say.moment(value, now);
      else if (name.endsWith("_holder")) told[name] = holder(value);
      else if (name.endsWith("_class")) told[name] = city.words("class." + value) ?? value;
      else if (name.endsWith("_role")) told[name] = city.words("role." + value) ?? value;
      else if (typeof value === "number" && !Number.isInteger(value)) told[name] = Math.round(value * 10) / 10;
      else told[name] = value;
    }
    return told;
  }
  // In a row there is room for the name alone; its title stands in the story.
  const short = (name) => String(name).replace(/\s*[（(][^）)]*[）)]\s*$/, "") || String(name);
  function refusal(refused) {
    const { winner } = refused;
    if (winner) {
      const did = city.words("did." + winner.did) ?? city.say.say("did.other");
      const to = (winner.to ?? "").split("|").filter(Boolean).map((one) => city.words("role." + one) ?? holder(one)).join(city.say.say("list.comma"));
      return city.say.say("order.lost_to", { by: short(winner.by), t: city.say.hhmmss(city.toCity(winner.at)), did: to ? city.say.say("order.did_to", { did, to }) : did });
    }
    const known = city.words("refusal." + refused.key);
    const words = known ? city.say.say("refusal." + refused.key, named(refused.names)) : refused.reason ?? "";
    return city.say.say("order.refused", { why: words });
  }

  // ---- buttons of a row: verbs that one click is enough for, with their target in the label
  // Nobody escalates to themselves: the next level counts from the one of who escalates.
  const LEVELS = ["shift_lead", "duty_leader", "district"], OWN_LEVEL = { shift_lead: 1, duty_leader: 2, rotating_leader: 2 };
  const role = () => city.seat?.role() ?? city.page.person?.role ?? "";
  const above = (row) => (row.escalate_to ? LEVELS[Math.max(row.supervised ?? 0, OWN_LEVEL[role()] ?? 0)] ?? "" : "");
  const TO = { escalate: above, reassign: (row) => row.targets?.[0], dispatch: (row) => row.targets?.[0] };
  const PLAIN = new Set(["send_for_ruling", "remind", "acknowledge", "file", "resume", "request_ruling", "contact", "confirm_void"]);
  function button(row, verb, choice) {
    if (verb === "send_unit") {
      const near = row.near;
      return { verb, args: near ? { unit: near.unit, call_sign: near.call_sign } : null, to: near?.call_sign ?? "",
        label: near ? city.say.say("order.to", { verb: city.say.say("verb.send_unit"), to: near.call_sign }) : city.say.say("verb.send_unit") };
    }
    if (verb === "send_for_ruling" && row.ruling_sent) return { verb, args: null, to: "", label: city.say.say("order.sent"), off: true };
    const name = city.words("verb." + verb) ?? verb;
    if (TO[verb]) {
      const to = choice ?? TO[verb](row);
      if (!to) return null;
      const told = verb === "escalate" ? city.words("role." + to) ?? to : holder(to);
      return { verb, args: verb === "escalate" ? {} : { to }, to, label: city.say.say("order.to", { verb: name, to: told }) };
    }
    return { verb, args: PLAIN.has(verb) ? {} : null, to: "", label: name };
  }
  function buttons(row, most = 2) {
    const found = [], offered = [...(row.offers ?? [])], same = row.same ?? [];
    // Reports that may be the same have no row of their own: one press counts them all with this one.
    if (same.length > 0) found.push({ verb: "merge_same", args: { same }, to: "", label: city.say.say("order.merge_same", { n: same.length }) });
    // What was sent to the leader stays in sight as sent, in the place of its button.
    if (row.state === "ruling" && row.ruling_sent && !offered.includes("send_for_ruling")) offered.push("send_for_ruling");
    // Where somebody must go first, the other button says whose it is to be; E goes on to mean 升级.
    const chosen = offered[0] === "send_unit" && offered.includes("reassign") ? ["send_unit", "reassign"] : offered;
    for (const verb of chosen) {
      const made = button(row, verb);
      if (made) found.push(made);
      if (found.length === most) break;
    }
    return found;
  }
  // "已升级▸值班长", of an act that is done; `what` names the case where the line does not stand in its row.
  function doneWords(made, what) {
    const to = made.verb === "escalate" ? made.to && (city.words("role." + made.to) ?? made.to)
      : made.args.call_sign ?? (made.args.to && holder(made.args.to));
    const did = city.words("done." + made.verb) ?? city.say.say("done.other", { verb: city.words("verb." + made.verb) ?? made.verb });
    const told = what ? city.say.say("order.done_what", { did, what }) : did;
    return to ? city.say.say(what ? "order.done_to" : "order.to", { verb: told, to }) : told;
  }

  restore();
  city.orders = {
    attach, take, hear, act, ask, resend, forget, undoLeft, buttons, button, holder, short, refusal, named, doneWords, markOf,
    say: (message) => out(message),
    of: (mark) => acts.get(subjectOf(mark)) ?? null,
    all: () => [...acts.values()],
    on: (fn) => { listeners.add(fn); return () => listeners.delete(fn); },
    isAttached: () => send !== null,
  };
})();
