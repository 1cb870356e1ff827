// The header of a page in the field: whose list it is, what is in force, whether the page hears of its server, the clock.
import { card, html, mark } from "../../js/draw.js";
import { clock, flags, link, signs } from "../header.js";

export const mend = card((city, place) => {
  const { say, words, page, field } = city;
  field.on(place.redraw);
  return (view) => {
    const since = field.offlineSince();
    const name = page.channel === "check" ? words("street." + page.scope) ?? page.scope : page.scope;
    return html`<h1>${say.say("field.title." + page.channel, { name })}</h1>
      <span class="offline" role="status" data-off=${mark(since !== null)} ?hidden=${since === null}>${since === null ? "" : say.say("field.offline", { t: say.hhmm(since / 1000) })}</span>
      ${flags(city, view, () => "")}
      ${signs(city, view)}
      ${link(city, "")}
      ${clock(city)}`;
  };
});
