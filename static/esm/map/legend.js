// What marks and colours on the map mean, in numbers. The console sends the legend with the frames.
import { card, each, html, mark, shape, styleMap } from "../../js/draw.js";

/** Whether dark letters are read better on a colour, "#RRGGBB…". @param {string | undefined} colour */
const isLight = (colour = "") => [2126, 7152, 722].reduce((sum, weight, at) => sum + weight * (parseInt(colour.slice(1 + 2 * at, 3 + 2 * at), 16) || 0) ** 2, 0) > 10000 * 140 ** 2;

export const mend = card(({ say, words, city, frame }) => ({ scalars }) => {
  const { marks = [], rain = null } = scalars, heat = rain ? null : frame("heat")?.meta;
  // What this page has chosen as heat tells its own colours; the legend of all pages is of the density.
  const { steps = [], numbers = [], window_s: span = 0 } = heat?.kind && !heat.off ? heat : scalars;
  // The rain's numbers lie on its colours, so that its source has room beside them.
  const last = numbers.at(-1)?.[0], isLast = (step) => rain !== null && step === last && step >= steps.length - 3;
  const place = (step) => (isLast(step) ? { right: "0" } : { left: `${(100 * (step + (rain ? 0 : 0.5))) / Math.max(1, steps.length)}%` });
  return html`<div class="signs" ?hidden=${marks.length === 0}>${marks.map(({ word, shape: kind, colour }) =>
      html`<span class="sign"><span class="mark">${shape(kind, colour)}</span><span>${say.say(word)}</span></span>`)}</div>
    <div class="ramp" data-of=${rain ? "rain" : "density"} ?hidden=${steps.length === 0}><span class="of">${rain ? source(rain) : heat?.kind ? say.say("heat.unit." + heat.kind) : say.say("legend.density")}</span
      ><div class="steps">${each(steps, (background) => html`<i style=${styleMap({ background })}></i>`)}</div
      ><span class="window">${rain ? covered(rain) : heat?.since ? say.say("heat.since", { t: say.moment(heat.since, city()) }) : heat?.kind ? say.say("heat.window." + heat.window) : say.say("legend.window", { n: Math.round(span / 60) })}</span
      ><div class="numbers">${numbers.map(([step, n]) => html`<span data-last=${mark(isLast(step))} data-light=${mark(rain !== null && isLight(steps[step]))} style=${styleMap(place(step))}>${heat?.kind === "worst" ? say.say("heat.state." + n) : n.toLocaleString("en")}</span>`)}</div></div>`;

  // Who measured, and when last: `近1小时雨量 毫米（水务 20:30）`.
  function source({ owners, at, short }) {
    if (at === null) return say.say(short > 0 ? "legend.rain_short" : "legend.rain_none");
    return say.say("legend.rain", { from: [words("agency." + owners[0]) ?? owners[0] ?? "", say.moment(at, city())].filter(Boolean).join(" ") });
  }
  // Where there is no colour nothing is known.
  function covered({ gauges, lost, short, radius_km: km }) {
    return lost + short > 0 ? say.say("legend.rain_partly", { n: gauges - lost - short, of: gauges }) : say.say("legend.rain_radius", { n: km });
  }
});
