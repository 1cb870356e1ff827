// 须处置: six figures. A figure is coloured only when somebody must act; what is not known is a dash.
import { card, each, head, html, mark } from "../../js/draw.js";

/** Their colours, by the names of the scalars. */
export const FIGURES = new Map(Object.entries({
  critical: "red", unsigned: "red", due_soon: "yellow", ruling: "orange", empty_seats: "orange", lost_sources: "orange",
}));
/** @param {number | null | undefined} n */
export const figure = (n) => n?.toLocaleString("en") ?? "—";

export const mend = card(({ say, gaps }) => ({ scalars }) => {
  const missing = gaps(scalars.gaps);
  return html`${head(say.say("act.title"), missing, missing !== "")}
    <div class="figures">${each(FIGURES.keys(), (id) => {
      const n = scalars[id];
      return html`<div class="figure" data-colour=${mark(n > 0 && FIGURES.get(id))} data-zero=${mark(n === 0)}><b>${figure(n)}</b
        ><span>${say.say("act." + id)}</span></div>`;
    })}</div>`;
});
