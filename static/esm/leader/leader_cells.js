// The streets of the district, each at its place: red = no report for 30 minutes, amber = late; a shape says the same.
import { card, each, head, html, mark } from "../../js/draw.js";

export const mend = card((city) => ({ scalars, rows }) => {
  const { say, words, page: { streets } } = city, { round } = scalars, nameOf = (code) => words("street." + code) ?? code;
  const short = (code) => (nameOf(code).length > 2 ? nameOf(code).replace(/(新城镇|街道|镇)$/, "") : nameOf(code)) || nameOf(code);
  const minutes = (row) => Math.max(1, Math.round(row.late_s / 60));
  return html`${head(say.say("streets.title", { n: streets.length }), note())}
    <div class="cells">${each(streets, (code) => {
      const row = rows.get(code), state = row?.state ?? "", isFull = row?.should > 0 && row.moved >= row.should;
      return html`<span class="cell-of" data-state=${mark(state === "over" || state === "late" ? state : null)}>${state === "over" ? html`<span class="sign">◆</span>` : state === "late" ? html`<span class="sign">▲</span>` : ""}<b>${short(code)}</b>${
        row?.should > 0 ? html`<i data-full=${mark(isFull)} style=${`--share:${Math.min(1, (row.moved ?? 0) / row.should)}`}></i>` : ""}</span>`;
    })}</div>`;

  function note() {
    if (scalars.known === false) return say.say("unknown");
    if (!round) return say.say("leader.no_round");
    const late = streets.filter((code) => ["late", "over"].includes(rows.get(code)?.state)).sort((a, b) => rows.get(b).late_s - rows.get(a).late_s);
    const told = say.say("leader.round", { t: say.hhmm(round.due_at), sent: round.sent, of: round.holders });
    if (late.length === 0) return told;
    const first = say.say("leader.late", { street: short(late[0]), n: minutes(rows.get(late[0])) });
    return `${told} · ${first}${late.length > 1 ? say.say("more.plain", { n: late.length - 1 }) : ""}`;
  }
});
