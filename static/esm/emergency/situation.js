// 应急态势: the six figures of an emergency. What nobody has told is a dash with its reason, never a nought.
import { card, each, head, html, mark } from "../../js/draw.js";
import { figure } from "../wall/act.js";

/** Their colours when they are not nought; "" = as the figure's own level says. */
export const EMERGENCY = new Map(Object.entries({
  relocation: "", p1_unacknowledged: "red", closures: "red", waterlogging: "orange", outage: "", sources_lost: "orange",
}));
const LEVELS = { near: "orange", over: "red" }, STALE_S = 900, LONG = 11; // more characters leave no room beside them

/** A figure in words: its number, what stands beside it, its colour, its age. @param {City} city @param {string} id @param {Row | null | undefined} one */
export function told({ say, words, city }, id, one) {
  const isKnown = one != null && one.value !== null, of = id === "relocation" && isKnown && one.of !== null ? "/" + figure(one.of) : "";
  return {
    number: figure(isKnown ? one.value : null), of,
    colour: isKnown && one.value > 0 ? LEVELS[one.level] ?? EMERGENCY.get(id) : LEVELS[one?.level] ?? "",
    isZero: isKnown && one.value === 0,
    more: one != null && one.unknown > 0 ? say.say(words("situation.unknown." + id) ? "situation.unknown." + id : "situation.unknown", { n: one.unknown }) : isKnown ? "" : say.say("situation.none." + id),
    age: isKnown && one.as_of !== null && (one.old > 0 || city() - one.as_of > STALE_S) ? say.say("situation.as_of", { t: say.moment(one.as_of, city()) }) : "",
  };
}

export const mend = card((city) => ({ scalars }) => {
  const { say } = city, missing = city.gaps(scalars.gaps);
  return html`${head(say.say("situation.title"), missing, missing !== "")}
    <div class="figures">${each(EMERGENCY.keys(), (id) => {
      const one = told(city, id, scalars.figures?.[id]), isLong = one.number.length + one.of.length > LONG;
      return html`<div class="figure" data-id=${id} data-colour=${mark(one.colour || null)} data-zero=${mark(one.isZero)} data-long=${mark(isLong)}><b>${one.number}<small>${one.of}</small>${isLong ? "" : html`<i>${one.more}</i>`}</b
        ><span>${say.say("situation." + id)}${isLong ? html`<i>${one.more}</i>` : ""}<em>${one.age}</em></span></div>`;
    })}</div>`;
});
