// The streets: a cell each, always at the same place. Amber = late cases, red = a critical one; the head says so.
import { card, each, head, html, mark } from "../../js/draw.js";

export const mend = card(({ say, words, page: { streets } }) => ({ scalars, order, rows }) => {
  const nameOf = (code) => words("street." + code) ?? code, overdueOf = (code) => rows.get(code).overdue;
  return html`${head(say.say("streets.title", { n: streets.length }), scalars.known === false ? say.say("unknown") : summary())}
    <div class="streets">${each(streets, (code) => {
      const row = rows.get(code), name = nameOf(code);
      return html`<span class="street" data-long=${mark(name.length > 3 && (name.length > 8 ? "very" : "yes"))}
        data-state=${mark(row && (row.critical > 0 ? "critical" : "overdue"))}>${name}</span>`;
    })}</div>`;

  function summary() {
    const late = order.filter((code) => overdueOf(code) > 0).sort((a, b) => overdueOf(b) - overdueOf(a));
    if (late.length === 0) return "";
    const n = late.reduce((sum, code) => sum + overdueOf(code), 0);
    return say.say(late.length === 1 ? "streets.one" : "streets.many", { street: nameOf(late[0]), n, streets: late.length });
  }
});
