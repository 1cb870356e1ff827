// What a row of a queue says, the same on a wall and a desk: its moment, and the line below its class.
(function () {
  "use strict";
  const city = window.citywall;
  const LEVELS = ["", "shift_lead", "duty_leader", "district"]; // who supervises at level 1, 2, 3
  const OVER = new Set(["closed", "rejected", "merged", "voided"]);

  // What a row counts down to, as the server says: the ruling's moment, the citizen's, that of filing; null = none.
  const until = (row) => row.until ?? null;

  /** @type {City["rows"]["time"]} */
  function time(row, now) {
    const { say } = city, end = until(row), isCritical = row.urgency === "critical";
    if (OVER.has(row.state) && !row.waits) return ["", null];
    if (end === null) return [say.elapsed(row.at, now), isCritical ? "red" : null];
    return [say.left(end, now), end < now || isCritical || row.state === "ruling" ? "red" : end - now <= 3600 ? "yellow" : null];
  }

  // "待处置 765", and below the list why it has fewer rows: the same on a wall and a desk.
  const number = (n) => (n == null ? "—" : n.toLocaleString("en"));
  const count = (total) => city.say.say("queue.count", { n: number(total) });
  const places = (total, rows) => total == null || rows == null || rows === total ? "" : city.say.say("queue.places", { n: number(total), p: number(rows) });

  const holder = (code) => city.words("agency." + code) ?? code;

  // Holder and state · callers · refusals · making safe · reminders · the next step with its time.
  function second(row, now) {
    const { first, more, last } = seconds(row, now);
    return [first, ...more, last].filter(Boolean).join(" · ");
  }

  // The same in parts: a row cannot do without the first and the last; what stands between makes way, its end first.
  function seconds(row, now) {
    if (row.waits) return { first: waiting(row, now), more: [], last: "" };
    const { say } = city, who = row.holder ?? row.agency, refused = row.bounced ?? row.returned_by ?? [], safe = row.make_safe;
    const state = city.words("state." + row.state) ?? row.state;
    const next = row.next && city.words("next." + row.next);
    const isOpen = Boolean(safe) && safe.done_at === null;
    const more = [
      row.callers > 1 && say.say("queue.callers", { n: row.callers }),
      row.callers > 1 && say.say("queue.first", { t: say.moment(row.first_at ?? row.at, now) }),
      row.deferred && say.say("queue.deferred"),
      refused.length > 0 && say.say("queue.returned", { n: refused.length, names: refused.map(holder).join(say.say("list.comma")) }),
      isOpen && say.say("queue.make_safe", { holder: holder(safe.holder), left: say.left(safe.due_at, now) }),
      safe && !isOpen && say.say("queue.made_safe", { t: say.coarse(safe.done_at - safe.at) }),
      row.reminders > 0 && say.say("queue.reminded", { n: row.reminders }),
      row.supervised > 0 && say.say("queue.supervised", { to: city.words("role." + LEVELS[row.supervised]) ?? "" }),
    ].filter(Boolean);
    const first = [row.state === "ruling" || !who ? "" : holder(who), state].filter(Boolean).join(" ");
    // Of a hazard the citizen's limit stands here, for its time is not the first that comes.
    const last = isOpen && (row.due_at ?? null) !== null ? say.say("queue.fix_by", { t: say.moment(row.due_at, now) }) : step(row, next, now);
    return { first, more, last };
  }
  // A caller who waits: what became of the report, and until when to call.
  function waiting(row, now) {
    const { say } = city, state = row.merged ? say.say("queue.merged") : city.words("state." + row.state) ?? row.state;
    return [state, say.say(`queue.${row.waits}_by`, { t: say.moment(row.until, now) })].join(" · ");
  }
  function step(row, next, now) {
    if (!next || row.state === "ruling") return "";
    if ((row.next_at ?? null) === null) return next;
    return city.say.say(row.next_at < now ? "next.missed" : "next.at", { t: city.say.moment(row.next_at, now), next });
  }

  city.rows = { count, places, until, time, second, seconds, holder, LEVELS };
})();
