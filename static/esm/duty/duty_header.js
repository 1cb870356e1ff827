// The duty page's header: what page it is, who looks, the hand-over, what is in force, the clock, language and way out.
import { card, html, joined } from "../../js/draw.js";
import { handoverLine } from "../../js/duty/duty_words.js";
import { clock, flags, level, link, person, signs, ways } from "../header.js";

export const mend = card((city) => (view) => {
  const { say, orders } = city, duty = view.scalars.duty ?? {}, line = handoverLine(city, duty);
  const leads = duty.drafted && [duty.shift_lead, duty.incoming_lead].filter(Boolean).map(orders.short).join(" → ");
  const wait = !line && duty.hand_over_at != null ? say.say("duty.hand_over", { t: say.hhmm(duty.hand_over_at), left: say.left(duty.hand_over_at, city.city()) }) : line;
  return html`<h1>${joined(say.say("duty_page.title"), person(city))}</h1>
    <p class="hand-over">${joined(wait, leads)}</p>
    ${flags(city, view, () => "")}
    ${signs(city, view)}
    ${link(city, city.session() === "lost" ? say.say("desk.session_lost") : "")}
    ${level(city)}
    ${clock(city)}
    ${ways(city)}`;
});
