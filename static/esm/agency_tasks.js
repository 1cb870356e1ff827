// 联动任务: the linkage tasks of the agency.
import { card, head, html } from "../js/draw.js";

export const mend = card(({ say }) => ({ as_of, scalars }) => {
  const isEmpty = as_of !== null && scalars.tasks === 0;
  return html`${head(say.say("agency_tasks.title"), "")}
    <p class="calm" ?hidden=${!isEmpty}>${say.say("agency_tasks.empty")}</p>`;
});
