// The footer of an agency's page: photos that are not sent, who looks, the other language and the way out.
import { card, html, joined, mark } from "../../js/draw.js";
import { person, ways } from "../header.js";

export const mend = card((city, place) => {
  const { say, outbox, orders } = city;
  outbox.on(place.redraw);
  return () => {
    const count = outbox.count();
    const unsent = count > 0 && joined(
      say.say("agency.unsent", { n: count }),
      outbox.isSignedOut() ? say.say("agency.unsent.sign_in") : say.say(outbox.isKept() ? "agency.unsent.kept" : "agency.unsent.lost"),
    );
    return html`<span class="unsent" role="status" data-lost=${mark(!outbox.isKept())} ?hidden=${!unsent}>${unsent}</span>
      <span class="person">${joined(person(city), !orders.may("acknowledge_task") && say.say("agency.reads_only"))}</span>
      ${ways(city)}`;
  };
});
