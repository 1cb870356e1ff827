// 36街镇 in an emergency: the same cells at the same places tell the zero reports of the round. Amber = late, red = over.
import { card, each, head, html, joined, mark } from "../../js/draw.js";

export const mend = card(({ say, words, city, page: { streets } }) => ({ scalars: told, order, rows }) => {
  const nameOf = (code) => words("street." + code) ?? code, due = told.due_at ?? null;
  const late = order.filter((code) => rows.get(code).late_s > 0 || ["late", "over"].includes(rows.get(code).state));
  const note = due === null ? say.say("reports.none") : joined(
    say.say("reports.round", { t: say.moment(due, city()) }),
    late.length > 0 ? say.say("reports.late", { n: late.length, names: late.slice(0, 2).map(nameOf).join(say.say("list.comma")) }) : say.say("reports.sent", { n: told.sent, of: told.holders }));
  return html`${head(say.say("streets.title", { n: streets.length }), note)}
    <div class="streets">${each(streets, (code) => {
      const state = rows.get(code)?.state, name = nameOf(code);
      return html`<span class="street" data-long=${mark(name.length > 3 && (name.length > 8 ? "very" : "yes"))}
        data-report=${mark(state || null)} data-state=${mark(state === "over" ? "critical" : state === "late" ? "overdue" : null)}>${name}</span>`;
    })}</div>`;
});
