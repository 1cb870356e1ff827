// One case of a holder: what, where, what is left of its time, and the buttons for its next step. Opened it says
// everything that its people may see, and offers what else they may do.
import { html, joined, mark, nothing, press, shape } from "../draw.js";

/** Verbs that need more than a press. */
export const NEEDS_FORM = new Set(["feedback", "make_safe", "return", "apply_extension", "apply_suspension", "appeal", "report_rule_error", "transfer_level", "answer_level", "send_unit", "add_photos"]);
/** A first call to the caller that is not due sooner is told in the opened row alone. */
const SOON_S = 4 * 3600;
const GONE = new Set(["closed", "rejected", "merged", "voided"]);

/** @typedef {{ act: (verb: string, row: Row) => void, want: (verb: string, row: Row) => void, toggle: (row: Row) => void, form: import("./own_case_forms.js").Form | null,
 *   isOpen: boolean, voice: Voice, person: { draw: (record: Row, mayLook: boolean) => unknown } | null,
 *   cameras: import("./own_cameras.js").OwnCameras | null }} CaseActs */

/** The holder's name. @param {City} city @param {string} code */
const holderOf = ({ words }, code) => words("agency." + code) ?? code;
/** @param {Row} row */
export const shapeOf = ({ urgency, hazard, part }) => (urgency === "critical" ? "critical" : urgency === "urgent" || hazard || part === "make_safe" ? "urgent" : "normal");

/** What its people may order now; a limit in time counts by the page's clock. @param {City} city @param {Row} row */
export function offered({ orders, city, page }, row) {
  const now = city();
  const isIn = /** @type {Record<string, () => boolean>} */ ({
    return: () => row.return_by === null || now <= row.return_by,
    apply_extension: () => row.fix_by !== null && now <= row.fix_by,
    apply_suspension: () => row.fix_by !== null && now <= row.fix_by,
    appeal: () => row.appeal_by === null || now <= row.appeal_by,
    send_unit: () => page.channel === "street",
  });
  return row.verbs.filter((verb) => orders.may(verb) && (isIn[verb]?.() ?? true));
}
/** The buttons of the row: the next step, and on a street's page who goes there before it. @param {string[]} verbs @param {Row} row */
function pair(verbs, row) {
  const next = verbs.find((verb) => ["make_safe", "sign", "feedback", "answer_level", "withdraw"].includes(verb));
  return [...new Set([verbs.includes("send_unit") && row.units.length === 0 && "send_unit", next].filter(Boolean))];
}

/** "剩34分" and how near it is. @param {City} city @param {Row} row */
function time({ say, city }, row) {
  const now = city();
  if (row.is_done) return [say.say(doneOf(row)), ""];
  if (row.suspended_until !== null && row.state === "suspended") return [say.say("own.paused"), ""];
  if (row.until === null) return [say.elapsed(row.at, now), ""];
  return [say.left(row.until, now), row.until < now ? "over" : row.until - now <= 3600 ? "near" : ""];
}

/** What became of a case that is folded. @param {Row} row */
const doneOf = (row) => (row.part !== "former" ? "own.done" : GONE.has(row.state) ? "own.over" : "own.passed_on");

/** State · the next limit · what else it has behind it. @param {City} city @param {Row} row */
function second(city, row) {
  const { say, words } = city, now = city.city(), safe = row.make_safe, holder = (code) => holderOf(city, code);
  const names = (list) => list.map(holder).join(say.say("list.comma"));
  const isSafeOpen = safe && safe.done_at === null, isMine = isSafeOpen && safe.holder === city.page.scope;
  const isPaused = row.state === "suspended" && row.suspended_until !== null, state = isPaused ? "" : words("state." + row.state) ?? row.state;
  const theirs = row.part === "make_safe" || row.part === "co";
  return joined(
    row.is_mirrored && say.say("own.mirrored", { source: words("source." + row.source) ?? row.source }),
    isMine && say.say("own.make_safe", { left: say.left(safe.due_at, now) }),
    [theirs && row.holder && holder(row.holder), state, row.sign_by !== null && !theirs && say.left(row.sign_by, now)].filter(Boolean).join(" "),
    safe && (safe.done_at !== null ? say.say("queue.made_safe", { t: say.coarse(safe.done_at - safe.ordered_at) }) : !isMine && say.say("queue.make_safe", { holder: holder(safe.holder), left: say.left(safe.due_at, now) })),
    row.level_asked && say.say("own.level_asked", { level: words("code.level." + row.level_asked) ?? row.level_asked }),
    isPaused && say.say("own.suspended_until", { t: say.moment(row.suspended_until, now) }),
    row.extension_by !== null && say.say("own.extension_asked", { t: say.moment(row.extension_by, now) }),
    row.suspension_by !== null && say.say("own.suspension_asked", { t: say.moment(row.suspension_by, now) }),
    row.reworks > 0 && say.say("own.reworks", { n: row.reworks }),
    row.returned_by.length > 0 && say.say("queue.returned", { n: row.returned_by.length, names: names(row.returned_by) }),
    row.no_return && say.say(row.ruled_no ? "own.ruled" : "own.backstop"),
    row.contact_by !== null && row.contact_by - now <= SOON_S && row.more_verbs.includes("contact") && say.say("own.contact_by", { left: say.left(row.contact_by, now) }),
    row.reminders > 0 && say.say("queue.reminded", { n: row.reminders }),
    row.callers > 1 && say.say("queue.callers", { n: row.callers }),
    row.appeal && say.say("own.appeal." + row.appeal),
    row.fix_by !== null && row.fix_by !== row.until && row.part !== "co" && say.say("queue.fix_by", { t: say.moment(row.fix_by, now) }),
  );
}

/** Class and road. @param {Voice} voice @param {Row} row */
export const what = (voice, row) => joined(voice.className(row), voice.place(row));
const label = ({ say, words }, verb) => words("own.do." + verb) ?? say.say("verb." + verb);

/** @param {City} city @param {Row} row @param {CaseActs} acts */
export function caseRow(city, row, { act, want, toggle, form, isOpen, voice, person, cameras }) {
  const { say, orders, outbox } = city, made = orders.of(row.id), report = outbox.of("case:~" + row.id), verbs = offered(city, row);
  const isBusy = orders.isBusy(row.id) || Math.max(orders.version(row.id), outbox.version("case:~" + row.id)) > row.version || (report !== null && report.state !== "refused");
  const doing = report && report.state !== "refused" ? report.envelope.verb : made && orders.isBusy(row.id) ? made.verb : "";
  const go = (verb) => (NEEDS_FORM.has(verb) ? want(verb, row) : act(verb, row));
  const button = (verb, name) => html`<button type="button" class=${name} ?disabled=${isBusy} data-verb=${verb} data-open=${mark(form?.kind === verb)} ${press(verb, go)}>${
    doing === verb ? say.say("agency.doing", { verb: label(city, verb) }) : label(city, verb)}</button>`;
  const [left, level] = time(city, row), main = pair(verbs, row), rest = verbs.filter((verb) => !main.includes(verb));
  return html`<article class="case" data-urgency=${shapeOf(row)} data-part=${row.part} data-open=${mark(isOpen)}>
    <span class="mark">${shape(shapeOf(row))}</span>
    <button type="button" class="what" aria-expanded=${String(isOpen)} @click=${() => toggle(row)}><b>${what(voice, row)}</b><i>${second(city, row)}</i></button>
    <time data-level=${mark(level)}>${left}</time>
    <span class="pair">${main.map((verb) => button(verb, "step"))}</span>
    ${told(city, row, made, report)}
    ${form ? form.draw() : nothing}
    ${isOpen ? opened(city, row, voice, person, { rest, button, isBusy, act, want, form, cameras }) : nothing}
  </article>`;
}

/** What became of the last press, in the row. */
function told({ say, orders, outbox }, row, made, report) {
  const line = (state, text, buttons) => html`<div class="ways"><p class="told" role="status" data-state=${state}>${text}</p>${buttons.map(([words, fn]) =>
    html`<button type="button" @click=${fn}>${words}</button>`)}</div>`;
  const subject = "case:~" + row.id, forget = [say.say("desk.good"), () => orders.forget(row.id)];
  if (report && report.state !== "pending") {
    if (report.answer?.refused) return line("refused", orders.refusal(report.answer.refused), [[say.say("desk.good"), () => outbox.drop(subject)]]);
    const photos = say.say("agency.unsent", { n: outbox.photos(report) });
    return line("lost", joined(photos, report.why && say.say("agency.unsent.sign_in"), !report.isKept && say.say("agency.unsent.lost")), [[say.say("desk.resend"), outbox.again]]);
  }
  if (!made || made.state === "pending" || made.verb === "reveal" && made.state === "done") return nothing;
  if (made.state === "done") {
    const left = orders.undoLeft(made);
    return left > 0 && orders.may("undo") ? line("done", orders.told(made), [[say.say("desk.undo_n", { n: left }), () => orders.act("undo", row.id, orders.version(row.id))]]) : nothing;
  }
  return line(made.state, orders.told(made), made.state === "lost" ? [[say.say("desk.resend"), () => orders.resend(made)], forget] : made.state === "refused" ? [forget] : []);
}

// ---- the row opened
function opened(city, row, voice, person, { rest, button, isBusy, act, want, form, cameras }) {
  const { say, orders } = city, now = city.city(), more = row.more_verbs.filter((verb) => orders.may(verb));
  const why = voice.why("why", row.why, row.why_names), at = (moment) => say.moment(moment, now);
  const isLate = row.return_by !== null && now > row.return_by && row.state !== "handled" && row.part === "lead" && !row.no_return && ["dispatched", "handling"].includes(row.state);
  const name = (verb) => (["report_rule_error", "contact", "add_photos"].includes(verb) ? verb : "");
  return html`<div class="file">
    ${row.title && row.title !== voice.className(row) ? html`<p class="words">${row.title}</p>` : nothing}
    ${row.description ? html`<p class="words">${row.description}</p>` : nothing}
    ${row.address ? html`<p class="line">${row.address}</p>` : nothing}
    <p class="line">${joined(row.no || say.say("detail.no_number"), voice.words("source." + row.source) ?? row.source, say.say("own.reported", { t: at(row.at) }), row.callers > 1 && say.say("detail.callers", { n: row.callers }), row.co.length > 0 && say.say("detail.co", { names: voice.list(row.co, voice.holder) }))}</p>
    ${why ? html`<p class="line">${why}</p>` : nothing}
    ${row.returns.map((one) => html`<p class="line">${returned(city, voice, one)}</p>`)}
    ${row.ruled ? html`<p class="line">${ruled(city, voice, row.ruled)}</p>` : nothing}
    <p class="line">${joined(row.fix_by !== null && say.say("detail.fix_by", { t: at(row.fix_by) }), row.part === "lead" && row.until !== null && row.until !== row.fix_by && say.say("own.own_limit", { t: at(row.until) }),
      row.return_by !== null && !isLate && row.verbs.includes("return") && say.say("own.return_by", { t: at(row.return_by) }), isLate && say.say("own.return_late", { t: at(row.return_by) }),
      row.contact_by !== null && row.contact_by - now > SOON_S && more.includes("contact") && say.say("own.contact_by", { left: say.left(row.contact_by, now) }),
      row.contact_at !== null && say.say("own.contacted", { t: at(row.contact_at) }))}</p>
    ${person && row.has_reporter && row.part !== "former" ? person.draw({ reporter: say.say("own.masked") }, more.includes("reveal")) : nothing}
    ${row.photos.length > 0 ? html`<p class="photos">${row.photos.map((one, place) => html`<a href=${`/evidence/case/${row.id}/${one.sha256}.jpg`} target="_blank" rel="noopener"><img loading="lazy" src=${`/evidence/case/${row.id}/${one.sha256}.jpg`} alt=${photoName(city, one, place)}>${photoName(city, one, place)}</a>`)}</p>` : nothing}
    ${cameras ? cameras.draw() : nothing}
    <p class="rest" ?hidden=${rest.length + more.length === 0}>${rest.map((verb) => button(verb, ""))}${more.filter(name).map((verb) =>
      html`<button type="button" ?disabled=${isBusy} data-open=${mark(form?.kind === verb)} ${press(verb, (one) => (NEEDS_FORM.has(one) ? want(one, row) : act(one, row)))}>${label(city, verb)}</button>`)}</p>
  </div>`;
}
const photoName = ({ say, words }, one, place) => words("own.photo." + one.stage) ?? say.say("agency.photo", { n: place + 1 });

/** "通信 22:16 退回：不属本单位 · 裁定支持". */
function returned(city, voice, one) {
  const { say } = city;
  return joined(say.say("own.returned", { holder: voice.holder(one.holder), t: say.moment(one.at, city.city()), reason: voice.code("reason", one.reason) }),
    !one.counts && one.reason && say.say("own.no_bounce"), one.verdict && say.say("own.verdict." + one.verdict), one.text && voice.quote(one.text));
}
/** "裁定 2026-12（临时）归 电力 22:58". */
function ruled(city, voice, one) {
  return city.say.say("own.ruling", { no: one.no, kind: voice.code("kind", one.kind), holder: voice.holder(one.holder), t: city.say.moment(one.at, city.city()) });
}

// ---- what is folded: done here, and refusals and rulings
/** @param {City} city @param {Row} row @param {CaseActs} acts */
export function doneRow(city, row, acts) {
  const { say, words } = city, isTheirs = row.part === "former" && !GONE.has(row.state);
  const state = words("state." + row.state) ?? row.state;
  if (acts.isOpen || acts.form) return caseRow(city, row, acts);
  return html`<button type="button" class="done" @click=${() => acts.toggle(row)}><span class="mark">${say.say(doneOf(row))}</span><b>${what(acts.voice, row)}</b><span class="state">${joined(isTheirs && row.holder ? `${holderOf(city, row.holder)} ${state}` : state, row.appeal && say.say("own.appeal." + row.appeal))}</span></button>`;
}

/** @param {City} city @param {Row} row @param {{ voice: Voice, want: (verb: string, row: Row) => void, form: import("./own_case_forms.js").Form | null }} acts */
export function recordRow(city, row, { voice, want, form }) {
  const { say, words, orders } = city, now = city.city();
  const isIn = row.appeal_by !== null && now <= row.appeal_by && orders.may("appeal");
  return html`<article class="record"><p class="head"><b>${what(voice, row)}</b><span>${joined(row.holder && holderOf(city, row.holder), words("state." + row.state) ?? row.state)}</span></p>
    ${row.returns.map((one) => html`<p class="line" data-verdict=${mark(one.verdict)}>${returned(city, voice, one)}</p>`)}
    ${row.rulings.map((one) => html`<p class="line">${ruled(city, voice, one)}</p>`)}
    ${row.appeal ? html`<p class="line">${say.say("own.appeal." + row.appeal)}</p>` : nothing}
    ${isIn ? html`<p class="rest"><button type="button" ?disabled=${orders.isBusy(row.id)} ${press("appeal", () => want("appeal", row))}>${joined(label(city, "appeal"), say.by(row.appeal_by, now))}</button></p>` : nothing}
    ${form ? form.draw() : nothing}</article>`;
}
