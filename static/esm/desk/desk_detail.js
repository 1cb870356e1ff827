// The chosen case, whole: whose clock runs, who refused it and why, what may be done now, and its story.
// Forms stand in the pane and stay until they are sent or left. Parts: static/js/desk/.
import { buttonsOf, formSpec, isWorthSaying, tidy } from "../../js/desk/desk_acts.js";
import { caseOf } from "../../js/desk/desk_case.js";
import { factsOf, refusalsOf } from "../../js/desk/desk_facts.js";
import { formOf } from "../../js/desk/desk_forms.js";
import { intakeOf } from "../../js/desk/desk_intake.js";
import { personOf } from "../../js/desk/desk_person.js";
import { rulingOf } from "../../js/desk/desk_ruling.js";
import { storyOf } from "../../js/desk/desk_story.js";
import { holdersOf, vocabulary } from "../../js/desk/desk_words.js";
import { card, each, guard, html, joined, mark, nothing, press, shape } from "../../js/draw.js";

const SOON_S = 3600, INTAKE = new Set(["reported", "verifying"]);
/**
 * What stands in the pane for one case and goes with it.
 * @typedef {{ mark: string | null, isMore: boolean, form: ReturnType<typeof formOf> | null, intake: ReturnType<typeof intakeOf> | null,
 *   ruling: ReturnType<typeof rulingOf> | null, person: ReturnType<typeof personOf> }} Sheets
 */

export const mend = card((city, { face, redraw }) => {
  const { say, desk, orders } = city, voice = vocabulary(city), chosen = caseOf(city), { may } = chosen, holders = holdersOf(city);
  const act = (verb, args, to) => desk.act(verb, chosen.mark() ?? "", chosen.version(), args, to);
  let mine = sheetsOf(null);

  function sheetsOf(mark_) {
    return /** @type {Sheets} */ ({ mark: mark_, isMore: false, form: null, intake: null, ruling: null, person: personOf(city, voice, act, redraw) });
  }
  async function open(verb) {
    const record = chosen.record(), mark_ = chosen.mark();
    if (!record) return;
    const near = verb === "merge" ? await desk.ask("merge", { mark: mark_ }).catch(() => ({})) : {};
    if (chosen.mark() !== mark_) return;
    const spec = formSpec(voice, verb, record, chosen.reply(), holders, near.candidates ?? []);
    if (!spec) return;
    close();
    mine.form = formOf(city, spec, (args) => act(verb, tidy(args)), close, redraw);
    redraw();
    mine.form.focus();
  }
  function close() {
    mine.form = null;
    redraw();
  }
  function toggle() {
    mine.isMore = !mine.isMore;
    redraw();
  }
  function does([whose, seen, button]) {
    if (whose !== chosen.mark()) return;
    if (mine.form?.key === button.id) close();
    else if (button.verb === "show") desk.cast(whose);
    else if (button.verb === "open_incident") link(whose);
    else if (button.args === null) open(button.verb);
    else desk.act(button.verb, whose, seen, button.args, button.to ?? "");
  }

  // 启动联动, or the linkage that was started for it.
  function link(whose) {
    const there = chosen.record()?.incident;
    if (there) desk.openIncident(there);
    else desk.beginLinkage({ case: whose });
  }

  chosen.onChange("desk_detail", redraw);
  desk.onWanted((wanted, verb) => {
    if (wanted !== chosen.mark()) return;
    redraw();
    if (verb === "open") /** @type {HTMLElement | null} */ (face.querySelector(".actions button"))?.focus();
    else open(verb);
  });
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
    if (!mine.intake || desk.isTyping(event) || target?.matches?.("button, a, summary, select")) return;
    if (event.key === "Enter" && may("file")) { event.preventDefault(); mine.intake.send(); }
    // Where reports of its own place wait for this one, the desk's M merges them into it.
    else if (event.key.toLowerCase() === "m" && may("merge") && !chosen.row()?.same?.length) { event.preventDefault(); mine.intake.merge(); }
  }, { capture: true });

  return (view) => {
    chosen.look();
    const record = chosen.record(), reply = chosen.reply(), mark_ = chosen.mark();
    if (mine.mark !== mark_) {
      mine.person.drop();
      mine = sheetsOf(mark_);
    }
    const now = city.city(), day = Number.isFinite(now) ? say.day(now) : "";
    // Another case has other nodes: nothing that was typed for one is ever sent for the next.
    return html`<p class="calm" ?hidden=${record !== null && !chosen.isFailed()}>${
        say.say(mark_ === null ? "detail.none" : chosen.isFailed() ? "detail.no_reply" : "detail.loading")}</p>
      ${each(record && mark_ ? [mark_] : [], () => whole(record, reply))}
      ${lately()}
      ${walls(view)}
      ${record ? guard([reply?.story, day], () => storyOf(city, voice, reply?.story)) : nothing}`;
  };

  // ---- parts, from top to bottom
  function whole(record, reply) {
    const title = record.title ?? "", label = record.label ?? "", refusals = refusalsOf(voice, record);
    const isIntake = INTAKE.has(record.state) && may("file");
    sheets(record, reply, isIntake);
    const { left, right } = factsOf(city, voice, record, reply?.register ?? null);
    return html`${head(record)}
      <div class="facts">${[left, right].map((lines) => html`<ul>${lines.map(([, told, colour]) => html`<li data-colour=${mark(colour)}>${told}</li>`)}</ul>`)}</div>
      ${mine.person.draw(record, may("reveal"))}
      <p class="words" ?hidden=${!title && !label}><span class="title">${title && say.say("detail.title", { title })}</span
        ><span class="label">${label && say.say("detail.label", { label })}</span></p>
      <p class="description" ?hidden=${!record.description}>${record.description}</p>
      <ol class="refusals" ?hidden=${refusals.length === 0}>${refusals.map((line) => html`<li>${line.map((told) => html`<span>${told}</span>`)}</li>`)}</ol>
      ${actions(record, reply, isIntake)}
      ${mine.form?.draw()}
      ${mine.intake?.draw(record, may)}
      ${mine.ruling?.draw(record, reply?.register ?? null)}`;
  }
  // What was begun stays while the answer to a question is awaited.
  function sheets(record, reply, isIntake) {
    if (!reply) return;
    mine.intake = isIntake ? mine.intake ?? intakeOf(city, voice, mine.mark ?? "", record, act, redraw) : null;
    mine.ruling = may("rule") ? mine.ruling ?? rulingOf(city, voice, record, holders, act, redraw) : null;
  }

  function head(record) {
    const code = voice.classCode(record), name = voice.className(record), me = city.page.person?.name, now = city.city();
    const present = (record.presence ?? []).filter((one) => one !== me);
    const due = city.rows.until(record) ?? NaN, left = due - now, isOpen = record.closed_at == null;
    const time = !isOpen ? voice.moment(record.closed_at) : Number.isFinite(due) ? say.left(due, now) : say.elapsed(voice.epoch(record.at), now);
    const holder = record.state === "ruling" ? "" : voice.holder(record.holder ?? record.agency);
    const colour = isOpen && (left < 0 || record.urgency === "critical" ? "red" : left <= SOON_S && "yellow");
    return html`<header><span class="mark">${shape(record.urgency ?? "normal")}</span><h2>${code ? say.say("detail.class", { name, code }) : name}</h2
        ><span class="no">${record.no || say.say("detail.no_number")}</span
        ><span class="others">${present.length > 0 ? say.say("detail.also", { names: present.join(say.say("list.comma")) }) : ""}</span></header>
      <p class="place"><span class="where">${voice.place(record)}</span
        ><span class="state" data-colour=${mark(colour)}>${joined([holder, voice.state(record.state)].filter(Boolean).join(" "), time)}</span></p>`;
  }

  function actions(record, reply, isIntake) {
    const mark_ = mine.mark ?? "", isOff = orders.isBusy(mark_) || !desk.isLive();
    const { seen, more } = buttonsOf(city, voice, record, reply, { may, isIntake, isUndoing: orders.undoable(mark_) !== null });
    const nots = (reply?.actions ?? []).filter((one) => !one.ok && one.why_not && isWorthSaying(one) && city.words("refusal." + one.why_not));
    const [why] = nots.map((one) => say.say("detail.why_not", { verb: voice.verb(one.verb), why: say.say("refusal." + one.why_not, orders.named(one.names)) }));
    return html`<div class="actions" data-intake=${mark(isIntake)}><div class="seen">${buttons(seen, isOff, !isIntake)}${more.length === 0 ? nothing
          : html`<button type="button" @click=${toggle}>${say.say(mine.isMore ? "detail.less" : "detail.more")}</button>`}</div
        ><div class="more" ?hidden=${!mine.isMore || more.length === 0}>${buttons(mine.isMore ? more : [], isOff, false)}</div></div>
      <p class="why-not" ?hidden=${!why}>${why}</p>`;
  }
  function buttons(list, isOff, hasPrimary) {
    const byId = new Map(list.map((button) => [button.id, button]));
    return each(byId.keys(), (id, place) => {
      const button = byId.get(id);
      return html`<button type="button" data-primary=${mark(hasPrimary && place === 0 && !["show", "comment"].includes(button.verb))}
        data-on=${mark(mine.form?.key === id)} ?disabled=${isOff} ${press([chosen.mark(), chosen.version(), button], does)}>${button.label}</button>`;
    });
  }

  // What was just done with this case and may still be taken back, was refused, or did not arrive; and what goes to
  // a wall, until it stands there. The strip on top tells of other cases.
  function lately() {
    const mark_ = chosen.mark(), casts = orders.all().filter((made) => made.subject.startsWith("wall:"));
    const all = [...(mark_ ? [orders.undoable(mark_), orders.of(mark_)] : []), ...casts].filter((made) => made !== null);
    const lines = /** @type {Rows} */ (new Map(all.filter((made) => orders.undoLeft(made) > 0 || made.state !== "done").map((made) => [made.id, made])));
    return html`<ul class="acts" ?hidden=${lines.size === 0}>${each(lines.keys(), (id) => {
      const made = lines.get(id), left = orders.undoLeft(made), kind = left > 0 ? "undo" : made.state === "silent" ? "pending" : made.state;
      const follow = left > 0 ? [{ undo: true, label: say.say("desk.undo_n", { n: left }) }] : orders.after(made, desk.row(made.mark));
      return html`<li data-kind=${kind}><span>${orders.told(made, left > 0 ? what(made) : "")}</span><span class="buttons">${follow.map((button) =>
        html`<button type="button" ?disabled=${!desk.isLive() || (button.undo === true && orders.isBusy(made.mark))}
          ${press([made, button, desk.versionOf(made.mark)], answer)}>${button.label}</button>`)}</span></li>`;
    })}</ul>`;
  }
  function what(made) {
    const row = desk.row(made.mark) ?? (made.mark === chosen.mark() ? chosen.record() : null);
    return row ? desk.what(row) : "";
  }
  function answer([made, button, seen]) {
    if (button.undo) desk.undo(made.mark);
    else if (button.again) orders.resend(made);
    else if (button.good) orders.forget(made.mark);
    else desk.press(made.mark, button, seen);
  }

  // What stands on a wall now, from this desk or another.
  function walls({ order, rows }) {
    const now = city.machine(), ids = order.filter((id) => rows.get(id).until > now);
    return html`<ul class="acts walls" ?hidden=${ids.length === 0}>${each(ids, (id) => {
      const row = rows.get(id), t = say.hhmm(city.toCity(row.at)), left = say.coarse(row.until - now);
      const shown = row.kind === "view" ? say.say("detail.view") : row.label || [row.class && voice.className(row), voice.place(row)].filter(Boolean).join(" ");
      return html`<li><span>${say.say("detail.on_wall", { what: shown, wall: city.words("detail.wall." + id) ?? id, t, by: say.person(row.by), left })}</span
        ><button type="button" ?hidden=${!may("show") && !may("clear")} ${press(id, clear)}>${say.say("detail.clear")}</button></li>`;
    })}</ul>`;
  }
  function clear(id) {
    desk.act("clear", "wall:" + id, 0, {});
  }
});
