// The block of facts below the head: whose clock runs, until when, where it came from, whose it is.
const SOON_S = 3600;

// [[id, words, colour]] for one column; what a case does not have has no line.
/** @returns {Record<"left" | "right", any[]>} */
export function factsOf(city, voice, record, register) {
  const { say } = voice, now = city.city();
  return { left: [limit(), hotline(), citizen(), ...stages(), makeSafe()].filter(Boolean), right: [source(), grid(), registered(), co(), asked(), external()].filter(Boolean) };

  function limit() {
    const due = voice.epoch(record.fix_by_at ?? record.due_at);
    if (!Number.isFinite(due)) return ["limit", say("detail.no_limit"), null];
    const words = say("detail.fix_by", { t: city.say.moment(due, now) });
    return ["limit", record.undetermined ? `${words} ${say("detail.undetermined")}` : words, due < now ? "red" : null];
  }
  // The hotline's own limit runs beside that of the class; the earlier one is what the row counts down to.
  function hotline() {
    const due = voice.epoch(record.hotline_by);
    if (!Number.isFinite(due)) return null;
    const kind = voice.code("kind", record.order_kind || (record.reopen_of ? "review" : "ordinary"));
    return ["hotline", say("detail.hotline_by", { t: city.say.moment(due, now), kind }), due < now ? "red" : null];
  }
  // It stops only while the case is suspended; no return stops it.
  function citizen() {
    const at = voice.epoch(record.at), stopped = voice.epoch(record.suspended_at), done = record.suspended_s ?? 0;
    if (!Number.isFinite(at)) return null;
    const end = record.closed_at ?? (Number.isFinite(stopped) ? stopped : now), t = city.say.coarse(Math.max(0, end - at - done));
    if (record.closed_at != null) return ["citizen", say("detail.citizen_closed", { t }), null];
    if (Number.isFinite(stopped)) return ["citizen", say("detail.citizen_paused", { t, until: voice.moment(record.suspended_until) }), "yellow"];
    return ["citizen", say((record.bounces ?? []).length > 0 ? "detail.citizen_bounced" : "detail.citizen", { t }), null];
  }
  function stages() {
    const clocks = {
      verifying: [["verify", record.verify_by]], filed: [["dispatch", record.dispatch_by]], returned: [["dispatch", record.dispatch_by]],
      dispatched: [["sign", record.sign_by], ["own", ownDue()]],
      handling: [["own", ownDue()]], handled: [["check", record.check_by]],
    }[record.state] ?? [];
    if (record.acknowledge_by && !record.acknowledged_at) clocks.push(["acknowledge", record.acknowledge_by]);
    if (record.answer_by && record.level_asked) clocks.push(["level", record.answer_by]);
    const found = clocks.filter(([, due]) => Number.isFinite(voice.epoch(due))).map(([name, given]) => {
      const due = voice.epoch(given);
      return { words: say("detail.stage." + name, { left: city.say.left(due, now), t: city.say.moment(due, now) }), isOver: due < now, isSoon: due - now <= SOON_S / 4 };
    });
    if (record.no_return && record.state !== "closed") found.push({ words: say("detail.no_return") });
    if (found.length === 0) return [];
    return [["stages", found.map((one) => one.words).join(" · "), found.some((one) => one.isOver) ? "red" : found.some((one) => one.isSoon) ? "yellow" : null]];
  }
  // The holder's own due moment, where it is not the citizen's.
  function ownDue() { return record.holder_due_at !== record.fix_by_at ? record.holder_due_at : null; }
  function makeSafe() {
    const task = record.make_safe;
    if (!task) return null;
    const holder = voice.holder(task.holder), due = voice.epoch(task.due_at), done = voice.epoch(task.done_at);
    if (!Number.isFinite(done)) return ["make_safe", say("detail.make_safe", { holder, left: city.say.left(due, now) }), due < now ? "red" : due - now <= SOON_S / 4 && "yellow"];
    const from = voice.epoch(task.ordered_at ?? record.at);
    const words = say("detail.made_safe", { holder, t: city.say.coarse(Math.max(0, done - from)) });
    return ["make_safe", [words, task.photos > 0 && say("detail.photos", { n: task.photos })].filter(Boolean).join(" "), done > due ? "red" : null];
  }
  function source() {
    const client = voice.words("source." + record.client) ?? record.channel ?? record.client ?? "", n = record.callers ?? 1, joined = n - 1;
    const callers = joined > 0 ? say("detail.callers_joined", { n, joined }) : say("detail.callers", { n });
    return ["source", [client && say("detail.source", { client }), callers].filter(Boolean).join(" · "), null];
  }
  function grid() { return record.grid ? ["grid", say("detail.grid", { code: record.grid }), null] : null; }
  function registered() {
    if (register) return ["register", say("detail.registered", { holder: voice.holder(register.holder), kind: voice.code("kind", register.kind), no: register.no }), null];
    const state = record.owner_state, candidates = record.ruling?.candidates ?? [];
    if (!state && candidates.length === 0) return null;
    const words = say("detail.owner", { state: state ? voice.code("owner_state", state) : voice.code("owner_state", "unknown") });
    return ["register", candidates.length > 0 ? `${words} · ${say("detail.candidates", { names: candidates.map(voice.holder).join("/") })}` : words, null];
  }
  function co() {
    const units = (record.co ?? []).length > 0 ? say("detail.co", { names: voice.list(record.co, voice.holder) }) : "";
    const why = voice.why("why", record.why, record.why_names);
    return units || why ? ["co", [units, why].filter(Boolean).join(" · "), null] : null;
  }
  function asked() {
    const extension = record.extension, suspension = record.suspension;
    const above = city.rows.LEVELS[record.supervised ?? 0], isKnown = record.acknowledged_at != null && record.acknowledged_at >= (record.escalated_at ?? 0);
    const words = [
      above && say(isKnown ? "detail.supervised_known" : "detail.supervised", { to: voice.holder(above) }),
      extension && say("detail.asks_extension", { holder: voice.holder(extension.holder), t: voice.moment(extension.decide_by) }),
      suspension && say("detail.asks_suspension", { holder: voice.holder(suspension.holder), t: voice.moment(suspension.until) }),
      record.void_by && say("detail.asks_void"),
    ].filter(Boolean);
    return words.length > 0 ? ["asked", words.join(" · "), extension || suspension || record.void_by ? "yellow" : null] : null;
  }
  function external() {
    return record.own === false && record.mirror_state ? ["external", say("detail.external", { state: voice.state(record.mirror_state) }), null] : null;
  }
}

// 退单1 通信 22:16 不属本单位 “…”
export function refusalsOf(voice, record) {
  return (record.bounces ?? []).map((bounce, place) => [
    voice.say("detail.refusal_no", { n: place + 1 }), voice.holder(bounce.holder), voice.moment(bounce.at), voice.code("reason", bounce.reason), voice.quote(bounce.text),
  ]);
}
