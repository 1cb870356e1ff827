// 待您决定: what it is, what happens by itself and when, and its answers in one tap each. What the person has just
// decided stays for as long as it can be undone; a refused tap says who was first. Rows that have no room are counted.
import { card, each, html, joined, live, mark, press } from "../../js/draw.js";
import { decisionTitle, otherwise } from "../../js/leader/leader_words.js";
import { pressable } from "../../js/emergency/level_words.js";

const VERBS = new Set(["rule", "comment", "approve_level", "refuse_level", "confirm_relocation", "refuse_relocation", "answer_support", "release_casualties", "undo"]);
const SPEAKS = new Set(["answer_support", "refuse_relocation"]);

export const mend = card((city, place) => {
  const { say, words, orders } = city, { redraw } = place, mayOf = pressable(city, redraw);
  let view = /** @type {View | null} */ (null), writing = "", text = "", voice = "";
  const told = /** @type {Map<string, string>} */ (new Map()); // what an own decision was about, while it is told
  orders.on(redraw);
  place.drawn = () => fit(place.face);

  // As many rows as have room; what has none is counted with what the server counted.
  function fit(face) {
    const list = face.querySelector("ol"), more = face.querySelector(".more"), rows = Array.from(list?.children ?? []);
    if (!list || !more) return;
    for (let shown = rows.length; shown >= 1; shown -= 1) {
      rows.forEach((row, at) => { row.hidden = at >= shown; });
      const left = (view?.scalars.more ?? 0) + rows.length - shown;
      more.textContent = left > 0 ? say.say("leader.more", { n: left }) : "";
      if (list.scrollHeight <= list.clientHeight + 1) return;
    }
  }
  // On a level decides who has one of its keys, and the server knows them.
  const mayOn = (key, { kind, version, names }) => (kind === "level" ? mayOf(key.slice("response:".length), names.proposal, `${version} ${names.given}`) : null);
  const openOf = ({ names }) => names.open.map((need) => need.map((one) => words("role." + one) ?? one).join(say.say("levels.or"))).join(say.say("list.comma"));
  const versionOf = (key, row) => Math.max(row.version, orders.version(key));
  async function give(key, row, answer, extra = {}) {
    told.set(key, decisionTitle(city, row));
    const args = answer.verb === "comment" ? extra : { ...answer.args, ...extra };
    const answered = await orders.act(answer.verb, key, versionOf(key, row), args, answer.to);
    if (answered?.done && writing === key + answer.label) [writing, text, voice] = ["", "", ""];
    redraw();
  }
  function pressed({ key, row, answer }) {
    if (!orders.isLive()) return;
    if (!answer.needs_words) return give(key, row, answer);
    const name = key + answer.label;
    [writing, text, voice] = [writing === name ? "" : name, "", ""];
    redraw();
    /** @type {HTMLElement | null} */ (place.face.querySelector(".note-form input"))?.focus();
  }
  const undo = (made) => orders.act(made.mark.startsWith("task:") ? "undo_task" : "undo", made.mark, made.answer.done.version, {}, "");

  return (given) => {
    view = given;
    const { count = 0 } = view.scalars, rows = view.rows;
    // What was decided and has left the list is told below it until its undo is over.
    const done = orders.all().filter((made) => VERBS.has(made.verb) && made.state !== "pending" && !rows.has(made.mark));
    return html`<header><h2>${say.say("leader.decisions")} <b class="count">${count}</b></h2><span class="more"></span></header>
      <p class="calm" ?hidden=${count > 0 || view.as_of === null}>${say.say("leader.nothing")}</p>
      <ol>${each(view.order, (key) => row(key, rows.get(key)))}</ol>
      ${each(done.map((made) => made.id), (id) => outcome(done.find((made) => made.id === id)))}`;
  };

  function row(key, row_) {
    const now = city.city(), made = orders.of(key), own = city.page.person?.person_mark ?? "";
    const isNear = row_.by_at !== null && row_.by_at - now < 300, mine = row_.not_by.includes(own);
    const may = mayOn(key, row_), waits = !mine && may?.approve === false;
    const answers = row_.answers.filter(({ verb }) => (row_.kind !== "level" ? orders.may(verb) : verb === "approve_level" ? may?.approve : may?.refuse));
    const isFirst = (answer) => answer === row_.answers[0];
    return html`<li data-kind=${row_.kind} data-key=${key}><p class="what">${decisionTitle(city, row_)}</p><p class="then" data-near=${mark(isNear)}>${otherwise(city, row_)}</p>
      <p class="answers">${mine ? html`<span class="own">${say.say("leader.yours")}</span>` : html`${waits ? html`<span class="own">${say.say("leader.waits_for", { who: openOf(row_) })}</span>` : ""}${answers.map((answer) =>
        html`<button type="button" class=${isFirst(answer) ? "primary" : ""} aria-expanded=${mark(answer.needs_words && String(writing === key + answer.label))} ?disabled=${orders.isBusy(key) || !orders.isLive()} ${press({ key, row: row_, answer }, pressed)}>${label(answer, row_)}</button>`)}`}</p>
      ${made && made.state !== "done" ? outcome(made) : made?.verb === "comment" ? outcome(made) : ""}
      ${row_.answers.filter((answer) => writing === key + answer.label).map((answer) => form(key, row_, answer))}</li>`;
  }
  function label(answer, { names }) {
    const values = { to: answer.to && city.rows.holder(answer.to), n: (names.given ?? 0) + 1, of: names.needs ?? 2 };
    return say.say("leader.answer." + answer.label + (answer.to ? "_to" : ""), values);
  }
  function form(key, row_, answer) {
    const send = (event) => {
      event.preventDefault();
      if (text.trim() || voice.trim()) give(key, row_, answer, { ...(text.trim() && { text: text.trim() }), ...(voice.trim() && { voice_ref: voice.trim() }) });
    };
    return html`<form class="note-form" @submit=${send}><input type="text" maxlength="500" placeholder=${say.say("leader.note")} aria-label=${say.say("leader.note")} .value=${live(text)} @input=${({ target }) => { text = target.value; }}>${
      SPEAKS.has(answer.verb) && answer.verb === "answer_support" ? html`<input type="text" class="voice" maxlength="100" placeholder=${say.say("leader.voice")} aria-label=${say.say("leader.voice")} .value=${live(voice)} @input=${({ target }) => { voice = target.value; }}>` : ""}<button type="submit" class="primary">${label(answer, row_)}</button></form>`;
  }
  function outcome(made) {
    if (!made) return "";
    const left = orders.undoLeft(made), isOver = made.state === "refused" || made.state === "lost";
    return html`<p class="told" data-kind=${made.state} data-colour=${mark(isOver)}><span>${joined(told.get(made.mark), orders.told(made))}</span>${left > 0
      ? html`<button type="button" @click=${() => undo(made)}>${say.say("desk.undo_n", { n: left })}</button>` : isOver
      ? html`<button type="button" @click=${() => (made.state === "lost" ? orders.resend(made) : orders.forget(made.mark))}>${say.say(made.state === "lost" ? "desk.resend" : "desk.good")}</button>` : ""}</p>`;
  }
});
