// Sensors off normal or silent, as the map's layer counts them. No news, no chip.
import { card, html, joined } from "../../js/draw.js";

export const mend = card(({ say, frame }) => () => {
  const { off_normal: off = 0, lost = 0 } = frame("sensors")?.meta ?? {};
  return html`<p class="chip" ?hidden=${off + lost === 0}>${joined(
    off > 0 && say.say("sensors.off_normal", { n: off }),
    lost > 0 && say.say("sensors.lost", { n: lost }),
  )}</p>`;
});
