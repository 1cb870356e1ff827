// What may be done with an incident as a whole: verbs that one press is enough for, and forms of the others.
import { agencyOf } from "./linkage_matrix.js";

const GRADES = ["general", "larger", "major", "extra_major"], REPORTS = ["first", "follow_up", "final"], CHANNELS = ["oral", "written"];
// In the order in which they stand; those behind SEEN are folded.
export const VERBS = ["confirm_incident", "issue_task", "send_report", "decide_grade", "propose_grade", "control_incident", "recover_incident", "close_incident",
  "resume_incident", "open_session", "add_session_line", "close_session", "transfer_command", "name_scene_commander", "report_casualties", "release_casualties",
  "join_case", "dismiss_incident"];
export const SEEN = 6;
const ONE_PRESS = new Set(["confirm_incident", "open_session", "release_casualties"]);
const COUNTS = ["dead", "missing", "injured", "evacuated"];

export const isOnePress = (verb) => ONE_PRESS.has(verb);

/**
 * The form of a verb, as a value for desk_forms.js. `holders` are the codes of agencies and streets.
 * @param {City} city @param {string} verb @param {Row} record @param {string[]} holders
 */
export function incidentForm(city, verb, record, holders) {
  const { say, words } = city, title = words("verb." + verb) ?? verb;
  return { key: verb, title, fields: (FORMS[verb] ?? ((one) => [one.text()]))(partsOf(city, record, holders)), submit: say.say("detail.submit", { what: title }) };
}

function partsOf(city, record, holders) {
  const { say } = city, label = (name) => say.say("linkage.field." + name);
  const choice = (name, group, values, value) => ({ name, kind: "choice", label: label(name), required: true, value, options: values.map((one) => [one, say.say(`${group}.${one}`)]) });
  return {
    record, choice,
    text: (required = true) => ({ name: "text", kind: "area", label: label("text"), required }),
    line: (name, required = true) => ({ name, kind: "text", label: label(name), required }),
    agency: (name, required = true) => ({ name, kind: "pick", label: label(name), required, options: holders.map((one) => [one, agencyOf(city, one)]) }),
    yesNo: (name) => ({ name, kind: "choice", label: label(name), required: true, options: [[true, say.say("detail.yes")], [false, say.say("detail.no")]] }),
  };
}
const FORMS = {
  // A spoken order may go out before it is written, where that is relaxed; else the server says so.
  issue_task: ({ agency, choice, text }) => [agency("agency"), choice("priority", "priority", ["P1", "P2", "P3"], "P2"), { ...text(), required: (told) => told.mode !== "verbal_recorded" },
    choice("mode", "linkage.mode", ["manual", "verbal_recorded"], "manual")],
  send_report: ({ choice, line, text, record }) => {
    const [kind, channel] = (record.report_next || "follow_up.written").split(".");
    return [choice("kind", "linkage.report", REPORTS, kind), choice("channel", "linkage.channel", CHANNELS, channel), line("to"), text()];
  },
  propose_grade: ({ choice, text, record }) => [choice("grade", "grade", GRADES.filter((one) => one !== record.grade)), text()],
  decide_grade: ({ yesNo, text }) => [yesNo("approved"), text(false)],
  transfer_command: ({ line, text }) => [line("account"), text(false)],
  name_scene_commander: ({ line }) => [line("person")],
  report_casualties: ({ line }) => COUNTS.map((name) => ({ ...line(name), value: "0" })),
  add_session_line: ({ agency, choice, text }) => [text(), agency("agency", false), choice("priority", "priority", ["P1", "P2", "P3"], "P2")],
  close_session: ({ choice }) => [choice("reason", "linkage.session_end", ["decided", "information_only"], "decided")],
  join_case: ({ line }) => [line("case")],
  write_task_order: ({ text }) => [text()],
  reassign_task: ({ agency, text }) => [agency("to"), text(false)],
};

// The arguments as the server takes them.
export function tidied(verb, args) {
  if (verb === "report_casualties") return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, Math.trunc(Number(value)) || 0]));
  const { account, ...rest } = args;
  return account === undefined ? rest : { ...rest, to: account };
}
