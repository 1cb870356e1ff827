// The agencies × tasks matrix: what stands in its cells, for walls and desks alike. A cell holds the clock time
// at which something happened, or the running time against its limit.
import { html, joined, nothing } from "../draw.js";

export const COLUMNS = ["issued", "acknowledged", "set_out", "arrived", "done", "verified"];
const ISSUED = 0, ACKNOWLEDGED = 1, SET_OUT = 2, ARRIVED = 3;
const UNANSWERED = new Set(["issued", "delivered"]);

// "下立交积水 · 川沙路 · 一般"
export function headline(city, row) {
  const { words } = city;
  return joined(kindOf(city, row), placeOf(city, row), words("grade." + row.grade));
}
export const kindOf = ({ words, say }, row) => markOf(say, row) + (words("incident." + row.kind) ?? say.say("linkage.incident"));
// What belongs to an exercise says so wherever it is named: 演练.
export const markOf = (say, row) => (row.exercise ? say.say("log.exercise") : "");
export const placeOf = ({ words, say }, row) => say.road(row.road) || words("street." + row.street) || "";
export const agencyOf = ({ words }, code) => words("agency." + code) ?? code;

// What the task is, in a few words where there is little room; of one that was given to somebody else, to whom.
export function taskOf(city, row, isShort = false) {
  const { say, words } = city, whole = words("task." + row.words) ?? (row.text || say.say("linkage.task"));
  const what = (isShort && words("task_short." + row.words)) || whole;
  return joined(markOf(say, row) + what, row.assists && say.say("linkage.assists", { agency: agencyOf(city, row.assists) }), row.fallback && say.say("linkage.instead", { agency: agencyOf(city, row.fallback) }));
}

// One cell: [text, level, kind, note]. `level` colours it (near its limit, over it), `kind`: moment, running, word, none, ahead.
// `note` stands below it: that it was reminded, or that the engine was late with a step of it.
export function cellOf(city, row, column, now) {
  const { say } = city, at = row.at[column];
  if (row.clock?.[0] === column) {
    const [, since, by] = row.clock;
    const note = lateOf(city, row, column) || (UNANSWERED.has(row.state) && row.reminders > 0 ? say.say("linkage.reminded_short", { n: row.reminders }) : "");
    if (row.fallback && UNANSWERED.has(row.state)) return [say.say("linkage.over"), row.level, "running", note];
    return [say.task(now - since, Math.round(by - since)), row.level, "running", note]; // facts round moments to milliseconds
  }
  if (row.state === "declined" && column === ACKNOWLEDGED && at == null) return [say.say("task_state.declined"), row.level, "word", ""];
  if (at != null) return [say.hhmm(at), "", column === ARRIVED && row.by_hand ? "by_hand" : "moment", column === ISSUED ? lateOf(city, row, column) : ""];
  if (!row.travels && (column === SET_OUT || column === ARRIVED)) return ["—", "", "none", ""];
  return ["·", "", "ahead", ""];
}
const lateOf = ({ say }, row, column) => (row.late?.[column] ? say.say("linkage.step_late", { t: say.coarse(row.late[column]) }) : "");

// What stands in a cell: the time, its limit smaller beside it, and below them the note.
export function bodyOf(told, note, isWhole = false) {
  const [used, limit] = isWhole ? [told, ""] : told.split("/");
  const time = html`${used}${limit ? html`<small>/${limit}</small>` : nothing}`;
  return note ? html`<span>${time}</span><small class="step">${note}</small>` : time;
}

// "已完成 3 · 已撤回 1"
export function foldedOf({ say }, { finished = 0, dropped = 0 }) {
  return joined(finished > 0 && say.say("linkage.finished", { n: finished }), dropped > 0 && say.say("linkage.dropped", { n: dropped }));
}
