// The footer of a page in the field: what is kept on the phone, who looks, the other language and the way out.
import { card, html, joined, mark } from "../../js/draw.js";
import { person, ways } from "../header.js";

export const mend = card((city, place) => {
  const { say, outbox } = city;
  outbox.on(place.redraw);
  return () => {
    const waiting = outbox.waiting(), others = outbox.others();
    const mine = waiting.length > 0 && joined(
      say.say("field.waiting", { n: waiting.length, t: say.hhmm(city.toCity(waiting[0].born / 1000)) }),
      outbox.isSignedOut() ? say.say("agency.unsent.sign_in") : say.say(outbox.isKept() ? "field.kept" : "agency.unsent.lost"),
    );
    const told = joined(mine, others > 0 && say.say("field.others", { n: others }));
    return html`<span class="unsent" role="status" data-lost=${mark(!outbox.isKept())} ?hidden=${!told}>${told}</span>
      <span class="person">${person(city)}</span>
      ${ways(city)}`;
  };
});
