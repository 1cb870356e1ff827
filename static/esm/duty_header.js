// The duty page's header: what page it is, who looks, what is in force, the clock, language and way out.
import { card, html, joined } from "../js/draw.js";
import { clock, flags, level, link, person, signs, ways } from "./header.js";

export const mend = card((city) => (view) => {
  const { say } = city;
  return html`<h1>${joined(say.say("duty_page.title"), person(city))}</h1>
    ${flags(city, view, () => "")}
    ${signs(city, view)}
    ${link(city, city.session() === "lost" ? say.say("desk.session_lost") : "")}
    ${level(city)}
    ${clock(city)}
    ${ways(city)}`;
});
