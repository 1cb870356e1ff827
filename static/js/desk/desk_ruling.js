// The ruling sheet: what a leader needs to say whose it is, and the ranked answers as buttons.
import { choice, pick, typed } from "./desk_forms.js";
import { each, html, joined, live } from "../draw.js";

const SCOPES = ["this_case", "this_component", "this_road_segment", "category_in_area"], KINDS = ["interim", "final"], RANKED = 3;

/**
 * `holders`: everybody who can be named beside the ranked ones.
 * @param {City} city @param {Voice} voice @param {Row} record @param {string[]} holders
 * @param {(verb: string, args: Record<string, any>) => Promise<Answer> | null} act @param {() => void} redraw
 */
export function rulingOf(city, voice, record, holders, act, redraw) {
  const { say } = voice, codes = (group, all) => all.map((one) => [one, voice.code(group, one)]);
  const scopes = codes("scope", SCOPES.filter((one) => one !== "this_component" || record.component)), kinds = codes("kind", KINDS);
  const others = /** @type {[string, string][]} */ ([["", say("detail.field.other")], ...holders.map((one) => [one, voice.holder(one)])]);
  const told = { scope: record.component ? "this_component" : "this_case", kind: "interim", text: "", other: "" };
  const set = (name) => (value) => { told[name] = value; redraw(); };
  let isSending = false;

  async function rule(holder) {
    if (isSending) return;
    isSending = true;
    const { scope, kind } = told, text = told.text.trim();
    try { await act("rule", { holder, kind, scope, ...(text && { text }) }); } finally { isSending = false; }
  }
  const labelled = (key, input) => html`<div class="field"><label class="label">${say("detail.field." + key)}</label>${input}</div>`;

  return {
    /** @param {Row} row the case as it is now @param {Row | null} register what the register of owners says */
    draw(row, register) {
      const ruling = row.ruling ?? {}, due = voice.epoch(row.ruling_due_at ?? ruling.due_at), bounces = row.bounces ?? [];
      const reason = joined(ruling.reason && (voice.words("code.reason." + ruling.reason) ?? ruling.reason),
        bounces.length > 0 && say("detail.refused_times", { n: bounces.length, names: voice.list(bounces.map((one) => one.holder), voice.holder) }));
      const ranked = (ruling.candidates?.length ? ruling.candidates : row.targets ?? []).slice(0, RANKED);
      const offered = told.other && !ranked.includes(told.other) ? [...ranked, told.other] : ranked, hint = say("detail.ruling_text");
      return html`<div class="form ruling-sheet"><div class="form-head"><h3>${say("detail.ruling")}</h3
          ><span class="clock">${Number.isFinite(due) ? say("detail.rule_clock", { left: city.say.left(due, city.city()) }) : ""}</span></div>
        <p class="told" ?hidden=${reason === ""}>${reason}</p>
        <p class="told">${register ? say("detail.registered", { holder: voice.holder(register.holder), kind: voice.code("kind", register.kind), no: register.no }) : say("detail.not_registered")}</p>
        ${labelled("scope", choice(told.scope, set("scope"), scopes))}
        ${labelled("kind", choice(told.kind, set("kind"), kinds))}
        ${labelled("text", html`<input type="text" maxlength="500" placeholder=${hint} aria-label=${hint} .value=${live(told.text)} @input=${typed(set("text"))}>`)}
        ${labelled("holder", html`<div class="line"><p class="buttons answers">${each(offered, (holder) =>
            html`<button type="button" class=${holder === ranked[0] ? "primary" : ""} @click=${() => rule(holder)}>${
              say("detail.rule_for", { holder: voice.holder(holder), kind: voice.code("kind", told.kind) })}</button>`)}</p>
          ${pick(told.other, set("other"), others)}</div>`)}</div>`;
    },
  };
}
