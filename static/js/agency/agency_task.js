// One task of an agency: what, where, against which limit, who ordered it, and one big button for its next step.
import { html, joined, mark, nothing, press, shape } from "../draw.js";
import { agencyOf, cellOf, markOf, placeOf } from "../linkage/linkage_matrix.js";

const WAITING = new Set(["issued", "delivered"]), OVER = new Set(["verified", "declined", "cancelled"]);
const SHAPES = { P1: "critical", P2: "urgent", P3: "normal" };

/** The verb of the next step, "" for none. @param {Row} row */
export function nextOf({ state, travels }) {
  if (WAITING.has(state)) return "acknowledge_task";
  if (state === "acknowledged") return travels ? "set_out_task" : "finish_task";
  if (state === "set_out") return "arrive_task";
  return state === "arrived" ? "finish_task" : "";
}

/**
 * @param {City} city @param {Row} row
 * @param {{ act: Function, want: (kind: string, row: Row) => void, form: import("./agency_forms.js").Form | null }} acts
 */
export function taskRow(city, row, { act, want, form }) {
  const { say, words, orders, outbox } = city, now = city.city(), made = orders.of("task:" + row.id), report = outbox.of("task:" + row.id);
  const isOver = OVER.has(row.state), isWaiting = WAITING.has(row.state);
  const what = markOf(say, row) + (words("task." + row.words) ?? (row.text || say.say("linkage.task")));
  const [left, level] = time(city, row, now);
  const state = isWaiting ? say.say("agency.to_acknowledge") : words("task_state." + row.state) ?? row.state;
  if (isOver) {
    return html`<div class="over"><span class="what">${joined(what, placeOf(city, row))}</span
      ><span class="state">${joined(state, row.over_at && say.hhmm(row.over_at), row.over_by, reasonOf(city, row))}</span></div>`;
  }
  return html`<article data-waiting=${mark(isWaiting)} data-level=${mark(row.level)} data-priority=${row.priority}>
    <header><span class="mark">${shape(SHAPES[row.priority] ?? "normal")}</span><b>${row.priority} ${state}</b><time data-level=${mark(level)}>${left}</time></header>
    <p class="what">${what}</p>
    ${row.words && row.text ? html`<p class="text">${row.text}</p>` : nothing}
    <p class="where">${placeOf(city, row)}</p>
    <p class="who">${whoOf(city, row, now)}</p>
    ${canAct(city, row) ? steps(city, row, { act, want, form, made, report }) : nothing}
    ${form ? form.draw() : nothing}
    <div class="ways">${told(city, row, made, report) ?? links(city, row)}</div>
    ${row.photos.length > 0 ? html`<p class="photos">${row.photos.map((name, place) =>
      html`<a href=${`/evidence/${encodeURIComponent(row.id)}/${name}.jpg`} target="_blank" rel="noopener">${say.say("agency.photo", { n: place + 1 })}</a>`)}</p>` : nothing}
  </article>`;
}

const canAct = ({ orders }, row) => nextOf(row) !== "" && orders.may(nextOf(row));

/** "3′00″/5′" of the step that comes next; of what is done, what it waits for. */
function time(city, row, now) {
  if (!row.clock) return ["", ""];
  const [column] = row.clock, [text, level] = cellOf(city, row, column, now);
  return [row.state === "done" ? city.say.say("agency.verify_in", { t: city.say.left(row.clock[2], now) }) : text, level];
}

function whoOf(city, row, now) {
  const { say, words } = city;
  const by = !row.by ? say.say("agency.by_rule") : /[（(]/.test(row.by) ? say.person(row.by) : [words("role." + row.role), row.by].filter(Boolean).join(" ");
  // "自动下达 · 按规则自动下达" would say one thing twice.
  const why = row.why && (row.by || row.why !== "rule") && words("task_why." + row.why) && say.say("task_why." + row.why, { ...row.why_names, agency: agencyOf(city, row.why_names?.agency ?? "") });
  const fallback = row.fallback_next && row.ack_by && say.say("agency.else", { t: say.hhmm(row.ack_by), agency: agencyOf(city, row.fallback_next) });
  const unit = row.call_sign && joined(
    row.metres == null ? say.road(row.call_sign) : say.say("agency.unit_away", { unit: say.road(row.call_sign), d: far(city, row.metres) }),
    row.unit_as_of != null && say.age(row.unit_as_of, city.machine()),
  );
  return joined(
    `${by} ${say.moment(row.at[0], now)}`, why, fallback, row.fallback && say.say("linkage.instead", { agency: agencyOf(city, row.fallback) }),
    row.reminders > 0 && say.say("agency.reminded", { n: row.reminders }),
    row.assists && say.say("linkage.assists", { agency: agencyOf(city, row.assists) }), row.ahead && say.say("agency.ahead", { agency: agencyOf(city, row.ahead) }), unit,
    row.by_hand && row.at[3] != null && say.say("agency.by_hand"),
    row.state === "done" && say.say("agency.verifier." + row.verifier),
  );
}

const reasonOf = ({ words }, row) => row.over_reason && (words("agency.over." + row.over_reason) ?? row.over_reason);

/** @param {City} city @param {number} metres */
export const far = ({ say }, metres) => (metres < 1000 ? say.say("near.m", { n: metres }) : say.say("near.km", { n: (metres / 1000).toFixed(1) }));

// ---- the buttons

function steps(city, row, { act, want, form, made, report }) {
  const { say, orders, outbox } = city, next = nextOf(row), label = (verb) => say.say("agency.do." + verb);
  // Until the channel tells what one's own act made, the row waits: a second press would be on what is no more.
  const isBusy = orders.isBusy("task:" + row.id) || Math.max(orders.version("task:" + row.id), outbox.version("task:" + row.id)) > row.version || (report !== null && report.state !== "refused");
  const doing = report ? "finish_task" : made && isBusy ? made.verb : next;
  const needsForm = next === "set_out_task" || (next === "finish_task" && row.evidence !== "ack");
  const go = () => (needsForm ? want(next, row) : act(next, row));
  const rest = [
    row.state === "acknowledged" && !row.travels && orders.may("set_out_task") && "set_out_task",
    row.state === "acknowledged" && row.travels && orders.may("arrive_task") && "arrive_task",
    WAITING.has(row.state) && orders.may("decline_task") && "decline_task",
  ].filter(Boolean);
  return html`<button type="button" class="next" data-open=${mark(form?.kind === next)} ?disabled=${isBusy} ${press(next, go)}>${
    isBusy ? say.say("agency.doing", { verb: label(doing) }) : label(next)}</button>
    <div class="rest" ?hidden=${rest.length === 0}>${rest.map((verb) =>
      html`<button type="button" ?disabled=${isBusy} data-open=${mark(form?.kind === verb)} ${press(verb, () => (verb === "arrive_task" ? act(verb, row) : want(verb, row)))}>${label(verb)}</button>`)}</div>`;
}

// What became of the last press takes the place of the links, so that nothing below it moves. null = nothing to tell.
function told(city, row, made, report) {
  const { say, orders, outbox } = city;
  if (report && report.state !== "pending") {
    const { refused } = report.answer ?? {}, photos = say.say("agency.unsent", { n: outbox.photos(report) });
    if (refused) return answer("refused", orders.refusal(refused), [[say.say("desk.good"), () => outbox.drop("task:" + row.id)]]);
    return answer("lost", joined(photos, report.why && say.say("agency.unsent.sign_in")), [[say.say("desk.resend"), outbox.again]]);
  }
  if (!made || made.state === "done" || made.state === "pending") return null;
  const mark_ = "task:" + row.id, verb = say.say("agency.do." + made.verb);
  if (made.state === "refused") return answer("refused", orders.refusal(made.answer.refused), [[say.say("desk.good"), () => orders.forget(mark_)]]);
  if (made.state === "silent") return answer("silent", say.say("desk.silent", { verb }), []);
  return answer("lost", say.say("desk.lost", { verb }), [[say.say("desk.resend"), () => orders.resend(made)], [say.say("desk.good"), () => orders.forget(mark_)]]);
}
const answer = (state, text, buttons) => html`<p class="told" role="status" data-state=${state}>${text}</p>${buttons.map(([label, fn]) =>
  html`<button type="button" @click=${fn}>${label}</button>`)}`;

// The way there in the map app of the phone (RFC 5870), and the number to call back, where the centre has set one.
function links(city, row) {
  const { say, words } = city, phone = city.page.phone && "tel:" + city.page.phone.replaceAll(/[^0-9+*#]/g, "");
  const name = encodeURIComponent(joined(placeOf(city, row), words("task." + row.words)));
  const geo = row.lat != null && row.lon != null ? `geo:${row.lat.toFixed(6)},${row.lon.toFixed(6)}?q=${row.lat.toFixed(6)},${row.lon.toFixed(6)}(${name})` : "";
  return html`${phone ? html`<a class="link" href=${phone}>☎ ${say.say("agency.call_back")}</a>` : nothing}
    ${geo ? html`<a class="link" href=${geo}>${say.say("agency.go")}${row.metres != null ? html` ${far(city, row.metres)}` : nothing}</a>` : nothing}`;
}
