// 交接班: the items of the draft, one key each, and both signatures.
import { card, each, head, html, joined, live, mark } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";
import { mustWords } from "../../js/duty/duty_words.js";
import { warning } from "../header.js";

const RELEASE_S = 900; // 15 minutes after the end the duty leader may release the shift
const ANSWERS = { Enter: "seen", " ": "seen", t: "take_over", x: "cancel" };

export const mend = card((city, { redraw, face }) => {
  const { say, words, orders, keys } = city;
  let view = /** @type {View | null} */ (null), chosen = "", note = "", why = "", isSigning = false, isReleasing = false, noted = "", askedFor = "", commands = /** @type {Record<string, string>} */ ({});
  const waiting = /** @type {{ key: string, answer: string }[]} */ ([]);
  orders.on(redraw);
  const told = () => view?.scalars ?? {};
  const subject = () => "shift:" + (told().shift ?? "");
  const version = () => Math.max(told().version ?? 0, orders.version(subject()));
  // The incoming lead, and who has the authority of the outgoing shift.
  const maySign = () => told().drafted === true && orders.may("sign_handover") && (!isOutgoing() || orders.may("write_entry"));
  const isOutgoing = () => (city.page.person?.person_mark ?? "") !== told().incoming_person_mark;

  keys.on("h", () => { list()?.focus(); if (!chosen) step(0); });
  keys.on("g", () => sign());
  const list = () => /** @type {HTMLElement | null} */ (face.querySelector(".items"));

  // ---- answers: one order of a shift at a time, the next one when the last is answered
  function answer(key, what) {
    const row = view?.rows.get(key);
    if (!row || row.answer || !orders.may("answer_item") || waiting.some((one) => one.key === key)) return;
    if (what === "seen" && row.needs === "take_over") return redraw(); // a tick is not enough: its own two keys say so
    waiting.push({ key, answer: what });
    if (waiting.length === 1) send();
    step(1);
  }
  async function send() {
    while (waiting.length > 0) {
      const [one] = waiting;
      await orders.act("answer_item", subject(), version(), one);
      waiting.shift();
      redraw();
    }
  }
  function sign() {
    if (!maySign() || !orders.isLive()) return;
    isSigning = !isSigning;
    redraw();
    if (isSigning) /** @type {HTMLElement | null} */ (face.querySelector(".signing textarea"))?.focus();
  }
  async function released(event) {
    event.preventDefault();
    const text = why.trim();
    if (!text) return;
    const done = await orders.act("release_shift", subject(), version(), { text });
    if (done?.done) [isReleasing, why] = [false, ""];
    redraw();
  }
  async function signed(event) {
    event.preventDefault();
    const side = isOutgoing() ? "outgoing" : "incoming", text = note.trim();
    const done = await orders.act("sign_handover", subject(), version(), text ? { side, note: text } : { side });
    if (done?.done) {
      isSigning = false;
      note = "";
    }
    redraw();
  }

  // ---- the list
  function step(by) {
    const order = view?.order ?? [], at = order.indexOf(chosen);
    chosen = order[Math.min(order.length - 1, Math.max(0, at + by))] ?? "";
    redraw();
    face.querySelector(`[data-item="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: "nearest" });
  }
  function onKey(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key, by = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (event.composedPath()[0] !== event.currentTarget || event.repeat && !by) return;
    if (by) step(by);
    else if (ANSWERS[key] && chosen) answer(chosen, ANSWERS[key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (given) => {
    view = given;
    if (!view.rows.has(chosen)) chosen = "";
    const { drafted, ends_at: ends, must, unanswered, outgoing_lead: out, incoming_lead: come, last } = told(), now = city.city();
    askNote();
    const state = drafted ? joined(say.say("duty_page.handover.drafted"), mustWords(say, unanswered, must))
      : ends == null ? "" : say.left(ends, now);
    return html`${head(say.say("duty_page.handover.title", { t: ends == null ? "" : say.hhmm(ends) }), state, false)}
      <p class="leads" ?hidden=${!drafted}><span>${say.say("duty_page.handover.out")}</span><b>${say.person(out) || "—"}</b>${stamp(told().outgoing)}<span>${say.say("duty_page.handover.in")}</span><b>${say.person(come) || say.say("duty_page.handover.nobody")}</b>${stamp(told().incoming)}</p>
      <ol class="items" tabindex="0" role="listbox" aria-label=${say.say("duty_page.handover.title", { t: "" })} @keydown=${onKey} @focus=${() => { if (!chosen) step(0); }} ?hidden=${!drafted}>${rows()}</ol>
      <p class="calm" ?hidden=${drafted === true}>${say.say(told().kept ? "duty_page.handover.not_drafted" : "duty_page.handover.not_kept")}</p>
      ${refusedLine(city, subject(), ["answer_item", "sign_handover", "release_shift", "pass_authority"])}
      ${isSigning ? signing() : ""}${isReleasing ? releasing() : ""}
      <footer><p class="note-text" ?hidden=${!noted}>${say.say("duty_page.handover.note_is", { text: noted })}</p><span class="keys-line" ?hidden=${!drafted}>${say.say("duty_page.handover.keys")}</span>
      <span class="ways">${drafted ? sheet(told().shift, "duty_page.handover.sheet") : ""}${last ? sheet(last, "duty_page.handover.last_sheet") : ""}
      <button type="button" ?hidden=${!drafted || !(now > ends + RELEASE_S) || !orders.may("release_shift")} @click=${() => { isReleasing = !isReleasing; redraw(); }}>${say.say("duty_page.handover.release")}</button
      ><button type="button" ?hidden=${!maySign()} @click=${sign}><kbd>G</kbd>${say.say(isOutgoing() ? "duty_page.handover.sign_out" : "duty_page.handover.sign_in")}</button></span></footer>`;
  };

  function sheet(shift, key) {
    return html`<a href="/duty/handover/${encodeURIComponent(shift)}?lang=${city.page.lang}" target="_blank" rel="noopener">${say.say(key)}</a>`;
  }
  function stamp(one) {
    return html`<span class="stamp" data-signed=${mark(Boolean(one))}>${one ? say.say("duty_page.handover.signed", { name: orders.short(one.name), t: say.hhmmss(one.at) }) : say.say("duty_page.handover.unsigned")}</span>`;
  }
  function signing() {
    return html`<form class="signing" @submit=${signed} @keydown=${(event) => { if (event.key === "Escape") { isSigning = false; redraw(); } }}>
      <textarea rows="2" maxlength="2000" placeholder=${say.say("duty_page.handover.note")} .value=${live(note)} @input=${({ target }) => { note = target.value; }}
        @keydown=${(event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); event.target.form.requestSubmit(); } }}></textarea>
      <button type="submit" class="primary">${say.say(isOutgoing() ? "duty_page.handover.sign_out" : "duty_page.handover.sign_in")}</button></form>`;
  }
  function releasing() {
    return html`<form class="signing" @submit=${released} @keydown=${(event) => { if (event.key === "Escape") { isReleasing = false; redraw(); } }}>
      <input type="text" maxlength="200" placeholder=${say.say("duty_page.handover.release_why")} .value=${live(why)} @input=${({ target }) => { why = target.value; }}>
      <button type="submit" class="primary">${say.say("duty_page.handover.release")}</button></form>`;
  }
  // The note is what a person typed: it is asked for, for this person.
  async function askNote() {
    const wanted = told().drafted ? `${told().shift} ${told().has_note} ${view?.order.filter((key) => view?.rows.get(key).kind === "instruction").join()}` : "";
    if (wanted === askedFor) return;
    askedFor = wanted;
    const answered = wanted ? await orders.ask("handover_note", { shift: told().shift }).catch(() => ({})) : {};
    [noted, commands] = [answered.note ?? "", answered.orders ?? {}];
    redraw();
  }

  function rows() {
    let group = "";
    return each(view?.order ?? [], (key) => {
      const row = view?.rows.get(key), isFirst = row.kind !== group;
      group = row.kind;
      const sent = waiting.some((one) => one.key === key);
      return html`<li role="option" data-item=${key} aria-selected=${String(key === chosen)} data-current=${mark(key === chosen)} data-must=${mark(row.must && !row.answer)} @click=${() => { chosen = key; redraw(); }}>
        <span class="group">${isFirst ? say.say("duty_page.handover.kind." + row.kind) : ""}</span><span class="what">${sentence(row)}</span><span class="answer">${row.answer ? answered(row) : sent ? say.say("duty_page.handover.sending") : buttons(key, row)}</span></li>`;
    });
  }
  function answered(row) {
    return joined(say.say("duty_page.handover.answer." + row.answer), row.answered && orders.short(row.answered.name), row.answered && say.hhmm(row.answered.at));
  }
  function buttons(key, row) {
    if (!orders.may("answer_item")) return row.must ? say.say("duty_page.handover.must_mark") : "";
    const may = row.needs === "take_over" ? [["T", "take_over"], ["X", "cancel"]] : [["↵", "seen"]];
    return may.map(([letter, what]) => html`<button type="button" tabindex="-1" @click=${(event) => { event.stopPropagation(); answer(key, what); }}><kbd>${letter}</kbd>${say.say("duty_page.handover.do." + what)}</button>`);
  }
  // An item's names are codes, times and names of persons; its label is a place or a number.
  function sentence(row) {
    const { kind, names = {}, words: key } = row, { rows: { holder } } = city;
    const what = kind === "incident" ? words("incident." + names.kind) : kind === "task" ? words("task." + names.words) : words(`class.${names.kind}.${names.code}`);
    const hazard = names.hazard && warning({ hazard: names.hazard, colour: names.colour, headlines: { zh: names["headline_zh-CN"] ?? names.headline_zh ?? names.label, en: names.headline_en } }, city).words;
    const typed = kind === "instruction" ? commands[names.position] : kind === "task" ? [names.agency && holder(names.agency), what].filter(Boolean).join(" ") : "";
    const times = Object.fromEntries(Object.entries(names).filter(([name]) => name.endsWith("_at")).map(([name, at]) => [name, say.moment(Date.parse(at) / 1000, city.city())]));
    const [, place = names.label, rest = ""] = /^(.*?)(\(P\d\))$/.exec(names.label ?? "") ?? [];
    return joined(say.say(key.startsWith("handover.") ? key : "handover." + key, { ...names, ...times, what: what ?? "", label: kind === "source" ? words("source." + names.label) ?? names.label : hazard || (place === names.no ? "" : say.road(place) + rest),
      street: words("street." + names.street) ?? "", agency: names.agency ? holder(names.agency) : "", grade: words("grade." + names.grade) ?? names.grade ?? "",
      level: words("role." + (city.rows.LEVELS[Number(names.level)] ?? "")) ?? "", by: names.by ? orders.short(names.by) : "" }), typed);
  }
});
