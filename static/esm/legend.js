// What marks and colours on the map mean, in numbers. The console sends the legend with the frames.
import { card, each, html, shape, styleMap } from "../js/draw.js";

export const mend = card(({ say }) => ({ scalars }) => {
  const { marks = [], steps = [], numbers = [], window_s: span = 0 } = scalars;
  const place = (step) => ({ left: `${(100 * (step + 0.5)) / Math.max(1, steps.length)}%` });
  return html`<div class="signs" ?hidden=${marks.length === 0}>${marks.map(({ word, shape: kind, colour }) =>
      html`<span class="sign"><span class="mark">${shape(kind, colour)}</span><span>${say.say(word)}</span></span>`)}</div>
    <div class="ramp" ?hidden=${steps.length === 0}><span>${say.say("legend.density")}</span
      ><div class="steps">${each(steps, (background) => html`<i style=${styleMap({ background })}></i>`)}</div
      ><span class="window">${say.say("legend.window", { n: Math.round(span / 60) })}</span
      ><div class="numbers">${numbers.map(([step, n]) => html`<span style=${styleMap(place(step))}>${n.toLocaleString("en")}</span>`)}</div></div>`;
});
