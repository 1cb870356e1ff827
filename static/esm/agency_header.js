// The header of an agency's page: which agency, who looks, what is in force, the clock, language and way out.
import { card, html } from "../js/draw.js";
import { clock, flags, link, person, signs, ways } from "./header.js";

export const mend = card((city) => (view) => {
  const { say, words, page } = city;
  return html`<h1>${words("agency." + page.scope) ?? page.scope}</h1>
    <span class="person">${person(city)}</span>
    ${flags(city, view, () => "")}
    ${signs(city, view)}
    ${link(city, city.session() === "lost" ? say.say("desk.session_lost") : "")}
    ${clock(city)}
    ${ways(city)}`;
});
