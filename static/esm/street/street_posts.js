// 村居: workstations online, and who was called and has not answered.
import { card, each, head, html } from "../../js/draw.js";

export const mend = card((city) => (view) => {
  const { say } = city, { as_of, scalars, rows, order } = view, now = city.city();
  const isKnown = scalars.expected !== null && scalars.expected !== undefined;
  const note = as_of === null ? "" : isKnown ? say.say("street_posts.online", { n: scalars.online, m: scalars.expected }) : say.say("street_posts.unknown");
  return html`${head(say.say("street_posts.title"), note)}
    <p class="calm" ?hidden=${as_of === null || order.length > 0 || !isKnown}>${say.say("street_posts.all_answered")}</p>
    <ul class="lines">${each(order, (id) => {
      const { code, called_at: at } = rows.get(id);
      return html`<li><span>${say.say("street_posts.silent", { code })}</span><time>${say.elapsed(at, now)}</time></li>`;
    })}</ul>`;
});
