// The desk's header: whose desk it is, the keys, what is in force, the clock, and the way out.
import { card, each, html, joined, mark } from "../../js/draw.js";
import { dutyLine } from "../../js/duty/duty_words.js";
import { clock, flags, level, link, person, signs } from "../header.js";

// Each key with the verbs that it may mean; a key that means none of the person's is not named to them.
const KEYS = { e: ["escalate", "send_for_ruling"], r: ["reassign", "dispatch"], digits: ["reassign", "dispatch"], w: ["show"], f2: ["write_entry"], f4: ["open_incident"], v: ["confirm_detection"], u: ["undo"], x: [], search: [] };

export const mend = card((city, place) => {
  city.sound.on(place.redraw);
  return (view) => drawn(city, view);
});

/** @param {City} city @param {View} view */
function drawn(city, view) {
  const { say, page, orders } = city, { seat, name } = page.person ?? {};
  const who = joined(say.say("desk.title"), [seat && say.say("desk.seat", { seat }), person(city)].filter(Boolean).join(" "));
  const keys = Object.keys(KEYS).filter((id) => KEYS[id].length === 0 || KEYS[id].some(orders.may));
  return html`<h1>${who}</h1>
    ${flags(city, view, () => "")}
    <p class="on-duty">${dutyLine(city, view.scalars.duty ?? {})}</p>
    <p class="keys">${each(keys, (id) => html`<span><kbd>${say.say("key." + id)}</kbd><span>${say.say("keys." + id)}</span></span>`)}</p>
    ${signs(city, view)}
    ${link(city, city.session() === "lost" ? say.say("desk.session_lost") : "")}
    ${level(city)}
    ${clock(city)}
    <button type="button" class="sound" data-heard=${mark(city.sound.isHeard())} title=${say.say("sound.hint")} @click=${city.sound.test}>${say.say(city.sound.isHeard() ? "sound.armed" : "sound.off")}</button>
    <button type="button" class="plain" ?hidden=${!name} @click=${() => city.desk.signOut()}>${say.say("desk.sign_out")}</button>`;
}
