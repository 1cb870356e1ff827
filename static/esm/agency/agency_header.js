// The header of an agency's or street's page: whose it is, whether its alarm is armed, what is in force, the clock.
import { card, html, mark, nothing } from "../../js/draw.js";
import { clock, flags, link, signs } from "../header.js";

export const mend = card((city, place) => {
  const { say, words, page, agency } = city;
  agency.on(place.redraw);
  return (view) => {
    const alarm = agency.alarm();
    const name = words("agency." + page.scope) ?? page.scope;
    return html`<h1>${page.channel === "street" ? say.say("street.title", { street: name }) : name}</h1>
      ${city.orders.may("acknowledge_task")
        ? html`<button type="button" class="alarm" data-alarm=${mark(alarm)} aria-pressed=${String(alarm !== "off")} title=${say.say("agency.alarm.hint")}
            @click=${agency.arm}>${say.say("agency.alarm." + alarm)}</button>`
        : nothing}
      ${flags(city, view, () => "")}
      ${signs(city, view)}
      ${link(city, city.session() === "lost" ? say.say("desk.session_lost") : "")}
      ${clock(city)}`;
  };
});
