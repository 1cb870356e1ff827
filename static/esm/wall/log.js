// 值班日志: the last lines, newest first; the duty page draws more of them in the same way.
import { card, each, html, joined } from "../../js/draw.js";
import { agencyOf, kindOf, placeOf } from "../../js/linkage/linkage_matrix.js";
import { warning } from "../header.js";

const LATE_S = 300; // a warning that came later after it was sent says when that was

export const mend = card((city) => ({ order, rows }) => {
  const { say } = city, now = city.city();
  return html`<header><h2>${say.say("log.title")}</h2></header>
    <ol class="log">${each(order, (id) => {
      const line = rows.get(id);
      return html`<li><time>${say.moment(line.at, now)}</time><span>${lineOf(city, line)}</span></li>`;
    })}</ol>
    <p class="calm" ?hidden=${order.length > 0}>${say.say("log.empty")}</p>`;
});

/** A line that wrote itself, in words. @param {City} city @param {Row} line */
export function lineOf(city, line) {
  const { say, words } = city, now = city.city();
  // A line on a linkage task names the task and its agency; one on an incident its type, on a case its class.
  const task = line.task && (words("task_short." + line.task_words) ?? words("task." + line.task_words) ?? line.task_no);
  const name = task ?? (line.incident_kind ? kindOf(city, { kind: line.incident_kind }) : words("class." + line.class) ?? line.label);
  const what = joined(name, placeOf(city, line));
  const [agency, to] = [line.agency, line.to].map((one) => one && agencyOf(city, one));
  const grade = line.grade && words("grade." + line.grade);
  const heads = { zh: line.headline_zh, en: line.headline_en };
  const sent = Date.parse(line.sent ?? "") / 1000, late = line.at - sent > LATE_S ? say.moment(sent, now) : "";
  const warned = line.hazard ? [warning({ ...line, headlines: heads }, city).words, late].filter(Boolean).join(" ") : "";
  const source = line.source && (words("source." + line.source) ?? line.source);
  const [role, code] = (line.post ?? "").split(":"), holder = words("agency." + code) ?? words("street." + code) ?? code ?? "";
  const post = role && say.say("post." + role, { holder }), shift = line.shift && words("shift." + line.shift);
  const lead = say.person(line.lead) || say.say("role.shift_lead"), late_ = line.late_s && say.say("time.step_late", { t: say.fine(Number(line.late_s)) });
  const until = line.until && say.moment(Date.parse(line.until) / 1000, now);
  const asked = line.support && say.say("leader.support." + line.support, { n: line.n }), asker = line.holder && agencyOf(city, line.holder);
  const deadline = line.deadline && say.moment(Date.parse(line.deadline) / 1000, now);
  const response = line.response_hazard && words("response_hazard." + line.response_hazard), approver = line.level_role && words("role." + line.level_role);
  const [level, drill] = [line.level !== undefined && words("level." + (line.level || "none")), line.exercise && say.say("log.exercise")];
  const [person, deputy, name_] = [line.person, line.deputy, line.name].map((one) => say.person(one));
  const told = say.say(line.text, { ...line, person, deputy, name: name_, holder: asker, deadline, response, level, approver, until, agency, to, grade, post, shift, lead, what: asked || what || say.say("log.case_over"), warning: warned || say.say("log.warning_over"), source });
  return joined(drill, told, late_);
}
