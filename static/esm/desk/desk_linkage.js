// 联勤联动 on the desk: a line with the open incidents; one that is chosen takes the column, with its whole matrix,
// and every row of it can be acted on in place. Parts: static/js/linkage/.
import { formOf } from "../../js/desk/desk_forms.js";
import { holdersOf } from "../../js/desk/desk_words.js";
import { card, each, head, html, joined, mark, nothing, press } from "../../js/draw.js";
import { incidentForm, isOnePress, SEEN, tidied, VERBS } from "../../js/linkage/incident_acts.js";
import { draftOf } from "../../js/linkage/linkage_draft.js";
import { agencyOf, bodyOf, cellOf, COLUMNS, foldedOf, headline, kindOf, placeOf, taskOf } from "../../js/linkage/linkage_matrix.js";

const REASONS = ["over", "twice", "mistake"], ASK_S = 10, FAILED_S = 2, TOLD_S = 8;

export const mend = card((city, { face, redraw }) => {
  const { say, desk, orders } = city, holders = holdersOf(city);
  let view = /** @type {View} */ ({ as_of: null, scalars: {}, order: [], rows: new Map() });
  let draft = /** @type {ReturnType<typeof draftOf> | null} */ (null), form = /** @type {ReturnType<typeof formOf> | null} */ (null);
  let standing = /** @type {string[]} */ ([]); // the rows as they stand, top to bottom
  let asking = /** @type {string | null} */ (null); // the task that is to be recalled, for a reason
  let isMore = false, isFolded = true, shown = /** @type {string | null} */ (null);
  let sheet = /** @type {any} */ (null), askedAt = -Infinity, seen = "";
  let wanted = /** @type {{ case: string | undefined, before: Set<string> } | null} */ (null);

  const incidents = () => view.order.filter((id) => id.startsWith("i:"));
  const tasksOf = (id) => view.order.filter((one) => one.startsWith("t:") && view.rows.get(one).incident === id);

  // ---- what is open: an incident, or the draft of one
  function take() {
    const source = desk.draft();
    if (source === null) draft = null;
    else if (draft?.source !== source) draft = draftOf(city, source, opened, leave, redraw);
    if (desk.incident() !== shown) {
      [shown, sheet, askedAt, form, asking, isMore, isFolded, standing] = [desk.incident(), null, -Infinity, null, null, false, true, []];
    }
  }
  const leave = () => desk.openIncident(null);
  function opened() {
    wanted = { case: draft?.source.case, before: new Set(incidents()) };
    follow();
  }
  // The new incident is shown as soon as the channel tells of it.
  function follow() {
    if (wanted === null) return;
    const { case: of, before } = wanted, found = incidents().find((id) => !before.has(id) && (!of || view.rows.get(id).cases.includes(of)));
    if (!found) return;
    wanted = null;
    desk.openIncident(found.slice(2));
  }
  async function look() {
    if (shown === null || performance.now() / 1000 - askedAt < (sheet ? ASK_S : FAILED_S)) return;
    const mine = shown;
    askedAt = performance.now() / 1000;
    const got = await desk.ask("incident", { incident: mine }).catch(() => null);
    if (mine !== shown || !got?.incident) return;
    sheet = got.incident;
    redraw();
  }
  desk.onLinkage(() => { take(); redraw(); });
  orders.on((made) => {
    if (made === null || made.mark.includes(":")) {
      if (made?.state === "done") askedAt = -Infinity;
      redraw();
    }
  });
  city.deskPlace = { wants: () => draft?.wantsPlace() ?? false, put: (lon, lat) => draft?.put(lon, lat) };
  take();

  return (told) => {
    view = told;
    follow();
    const record = shown === null ? null : view.rows.get("i:" + shown);
    const now_ = record && joined(record.version, record.state);
    if (now_ && now_ !== seen) [seen, askedAt] = [now_, -Infinity];
    look();
    return html`${bar()}${each(view.order.filter((id) => id.startsWith("c:")), (id) => closure(view.rows.get(id)))}${draft ? draft.draw() : shown === null ? nothing : record ? whole(record) : html`<p class="calm">${say.say("linkage.gone")}</p>`}`;
  };

  function bar() {
    const { scalars: told } = view, ids = incidents();
    const count = told.open == null ? say.say("unknown") : told.open === 0 ? say.say("linkage.none")
      : joined(say.say("linkage.strip", { n: told.open }), told.late > 0 && say.say("linkage.strip_late", { n: told.late }));
    return html`<div class="bar"><span class="count" data-late=${mark(told.late > 0)}>${count}</span
      ><div class="tabs">${each(ids, (id) => {
        const row = view.rows.get(id), isOn = row.id === shown && !draft;
        return html`<button type="button" class="tab" data-on=${mark(isOn)} data-level=${mark(row.level)} aria-pressed=${String(isOn)}
          @click=${() => desk.openIncident(isOn ? null : row.id)}>${joined(kindOf(city, row), placeOf(city, row))}</button>`;
      })}</div><button type="button" class="begin" ?hidden=${!orders.may("open_incident")} ?disabled=${draft !== null || !desk.isLive()}
        @click=${() => desk.beginLinkage({})}>${say.say("linkage.begin_here")}</button
      ><button type="button" class="close" ?hidden=${shown === null && draft === null} @click=${leave}>${say.say("linkage.close")}</button></div>`;
  }

  // ---- an underpass: 建议提前封闭 with its one button, later what may reopen it
  function closure(row) {
    const mark_ = "device:" + row.device, version = Math.max(row.version, orders.version(mark_)), isOff = orders.isBusy(mark_) || !desk.isLive() || orders.version(mark_) > row.version;
    const depth = say.say(row.rise_cm_min > 0 ? "linkage.depth_rising" : "linkage.depth", { depth: row.depth_cm, rise: row.rise_cm_min });
    const what = row.state === "suggested" ? joined(say.say("linkage.closure.suggested", { place: placeOf(city, row) }), depth)
      : joined(placeOf(city, row), say.say("closure_state." + row.state), say.hhmm(row.at));
    return html`<p class="closure" data-state=${row.state}><span>${what}</span>${lately(mark_)}${row.verb && orders.may(row.verb)
      ? html`<button type="button" class=${row.state === "suggested" ? "primary" : "plain"} ?disabled=${isOff} ${press([row.verb, mark_, version], ([verb, on, at]) => orders.act(verb, on, at, {}, ""))}>${say.say("linkage.do." + row.verb)}</button>` : nothing}</p>`;
  }

  // ---- one incident
  function whole(record) {
    const now = city.city(), mark_ = "incident:" + record.id, all = tasksOf(record.id), over = all.filter((id) => view.rows.get(id).is_over);
    const ids = settled(isFolded ? all.filter((id) => !over.includes(id) || isTold("task:" + view.rows.get(id).id)) : all);
    return html`<section class="incident">${head(headline(city, record), joined(say.say("incident_state." + record.state), say.elapsed(record.opened_at, now)))}
      <div class="facts">${facts(record).map((line) => html`<span>${line}</span>`)}${dueOf(now)}</div>
      ${acts(record, mark_)}${form?.draw()}
      <div class="matrix"><div class="row names"><span>${say.say("linkage.agency_task")}</span>${COLUMNS.map((column) => html`<span>${say.say("linkage.column." + column)}</span>`)}</div>
        ${each(ids, (id) => task(view.rows.get(id), now))}</div>
      <p class="calm" ?hidden=${all.length > 0}>${say.say("linkage.no_tasks")}</p>
      <button type="button" class="plain folded" ?hidden=${over.length === 0} @click=${() => { isFolded = !isFolded; redraw(); }}>${joined(foldedOf(city, record), say.say(isFolded ? "detail.more" : "detail.less"))}</button>
      ${story(now)}</section>`;
  }
  // Under the pointer no row changes its place or goes; what is new stands below the others.
  function settled(wanted) {
    const isHeld = face.querySelector(".matrix")?.matches(":hover") ?? false, before = isHeld ? standing.filter((id) => view.rows.has(id)) : [];
    standing = [...before, ...wanted.filter((id) => !before.includes(id))];
    return standing;
  }
  // Whether something is told in a row: an order under way, refused, or done a moment ago.
  function isTold(mark_) {
    const made = orders.of(mark_);
    return made !== null && (made.state !== "done" || orders.undoLeft(made) > 0 || city.city() - (made.at ?? 0) <= TOLD_S);
  }
  function facts(record) {
    const told = [record.no, sheet?.title];
    if (!sheet) return told.filter(Boolean);
    const { casualties: hurt } = sheet;
    told.push(
      say.say("linkage.commander", { name: sheet.commander || say.say("role.duty_leader") }),
      sheet.scene_commander && say.say("linkage.scene", { name: sheet.scene_commander }),
      sheet.grade_asked && say.say("linkage.grade_asked", { grade: say.say("grade." + sheet.grade_asked), by: say.person(sheet.grade_asked_by?.name) }),
      hurt && say.say(hurt.released ? "linkage.casualties" : "linkage.casualties_held", hurt),
    );
    return told.filter(Boolean);
  }
  // The next report upward and its clock.
  function dueOf(now) {
    const { report_by: by = null, report_next: next = "" } = sheet ?? {};
    return by === null || !next ? nothing : html`<span data-late=${mark(by < now)}>${say.say("linkage.report_due", { what: reportWord(...next.split(".")), t: say.left(by, now) })}</span>`;
  }
  function reportWord(kind, channel) {
    return say.say("linkage.report_word", { kind: say.say("linkage.report." + kind), channel: say.say("linkage.channel." + channel) });
  }

  function acts(record, mark_) {
    const told = new Map((sheet?.actions ?? []).filter((one) => one.ok).map((one) => [one.verb, one]));
    const verbs = VERBS.filter((verb) => told.has(verb) && orders.may(verb)), isOff = orders.isBusy(mark_) || !desk.isLive();
    const version = Math.max(record.version, orders.version(mark_)), list = isMore ? verbs : verbs.slice(0, SEEN);
    return html`<div class="actions"><div class="seen">${each(list, (verb) => html`<button type="button" data-on=${mark(form?.key === verb)} ?disabled=${isOff}
        ${press([mark_, version, verb, record], begin)}>${city.words("verb." + verb) ?? verb}</button>`)}<button type="button" ?hidden=${verbs.length <= SEEN}
        @click=${() => { isMore = !isMore; redraw(); }}>${say.say(isMore ? "detail.less" : "detail.more")}</button></div></div>${lately(mark_)}`;
  }
  function begin([mark_, version, verb, record]) {
    if (form?.key === verb) return close();
    if (isOnePress(verb)) orders.act(verb, mark_, version, {}, "");
    else fill(incidentForm(city, verb, { ...record, ...sheet }, holders), (args) => orders.act(verb, mark_, Math.max(version, orders.version(mark_)), tidied(verb, args), args.to ?? ""));
  }
  function fill(spec, send) {
    form = formOf(city, spec, send, close, redraw);
    redraw();
    form.focus();
  }
  function close() {
    form = null;
    redraw();
  }

  // ---- one row of the matrix: its cells, and below them what may be done
  function task(row, now) {
    const mark_ = "task:" + row.id, version = Math.max(row.version, orders.version(mark_));
    return html`<div class="row" data-priority=${row.priority}><span class="who"><b>${agencyOf(city, row.agency)}</b><i>${row.priority}</i></span>${COLUMNS.map((_, column) => {
        const [text, level, kind, note] = cellOf(city, row, column, now);
        return html`<span class="at" data-kind=${kind} data-level=${mark(level)} title=${kind === "by_hand" ? say.say("linkage.by_hand") : nothing}>${bodyOf(text, note, true)}</span>`;
      })}<div class="below"><span class="task">${joined(taskOf(city, row), row.ahead && say.say("linkage.ahead", { agency: agencyOf(city, row.ahead) }), unitOf(row), row.reminders > 0 && say.say("linkage.reminded", { n: row.reminders }))}</span>${
        photosOf(row)}${lately(mark_)}<span class="buttons">${buttons(row, mark_, version)}</span></div></div>`;
  }
  function photosOf({ id }) {
    const names = sheet?.photos?.[id] ?? [];
    return names.map((name, place) => html`<a class="photo" href=${`/evidence/${encodeURIComponent(id)}/${name}.jpg`} target="_blank" rel="noopener">${say.say("agency.photo", { n: place + 1 })}</a>`);
  }
  function unitOf({ unit, call_sign: sign }) {
    if (!unit) return say.road(sign);
    const far = unit.metres == null ? "" : orders.reach({ unit: unit.call_sign, call_sign: unit.call_sign, metres: unit.metres, minutes: NaN });
    return joined(far || say.road(unit.call_sign), say.age(unit.as_of, city.machine()));
  }
  function buttons(row, mark_, version) {
    const made = orders.of(mark_), isOff = orders.isBusy(mark_) || !desk.isLive();
    if (isOff && made?.state !== "done") return nothing;
    if (orders.undoLeft(made) > 0) return html`<button type="button" ?disabled=${isOff} ${press(mark_, desk.undo)}>${say.say("desk.undo_n", { n: orders.undoLeft(made) })}</button>`;
    if (asking === mark_ && !isOff) return reasons(mark_, version);
    const follow = orders.after(made, row);
    const list = follow.length > 0 ? follow : row.verbs.filter(orders.may).flatMap((verb) => {
      const one = orders.button(row, verb);
      return verb === "reassign_task" && one.args ? [one, { verb, args: null, to: "", label: say.say("linkage.other") }] : [one];
    });
    return list.map((one) => html`<button type="button" ?disabled=${isOff} ${press([made, one, mark_, version, row], does)}>${one.label}</button>`);
  }
  // A recall needs its reason: in the place of the buttons, one press each.
  function reasons(mark_, version) {
    const cancel = (text) => { asking = null; orders.act("cancel_task", mark_, version, { text }, ""); };
    return html`${REASONS.map((one) => html`<button type="button" ${press(say.say("linkage.recall." + one), cancel)}>${say.say("linkage.recall." + one)}</button>`)}<button
      type="button" class="plain" @click=${() => { asking = null; redraw(); }}>${say.say("detail.cancel")}</button>`;
  }
  function does([made, button, mark_, version, row]) {
    if (button.good) orders.forget(mark_);
    // When the other agency of a pair has arrived, the recall needs no reason.
    else if (button.verb === "cancel_task" && !row.ahead && !row.assists) { asking = mark_; redraw(); }
    else if (button.again) orders.resend(made);
    else if (button.args === null) fill(incidentForm(city, button.verb, row, holders), (args) => orders.act(button.verb, mark_, version, args, args.to ?? ""));
    else orders.act(button.verb, mark_, version, button.args, button.to);
  }
  // What became of an order, in its own place.
  function lately(mark_) {
    const made = orders.of(mark_);
    if (!made || !isTold(mark_)) return nothing;
    return html`<span class="told" data-kind=${made.state}>${orders.told(made, "")}</span>`;
  }

  // ---- reports and joint sessions, as lines
  function story(now) {
    const lines = [];
    for (const one of sheet?.reports ?? []) lines.push([one.signed.at, joined(reportWord(one.kind, one.channel), one.to, say.person(one.signed.name)), one.text]);
    for (const session of sheet?.sessions ?? []) {
      lines.push([session.opened.at, joined(say.say("linkage.session", { no: session.no }), say.person(session.opened.name)), ""]);
      for (const one of session.lines) lines.push([one.signed.at, joined(agencyOf(city, one.agency), say.person(one.signed.name)), one.text]);
    }
    lines.sort(([one], [other]) => other - one);
    return html`<ol class="story" ?hidden=${lines.length === 0}>${lines.map(([at, what, text]) => html`<li><time>${say.moment(at, now)}</time><span>${joined(what, text)}</span></li>`)}</ol>`;
  }
});
