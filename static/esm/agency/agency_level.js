// 响应级别 on the flood office's page: its head approves or refuses what waits, and proposes a higher level.
import { card, each, head, html, joined, mark, nothing, press } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";
import { dryRuns, LEVELS, measured, needOf, pressable, runLine, whenSilent } from "../../js/emergency/level_words.js";

const VERBS = ["propose_level", "approve_level", "refuse_level"];

export const mend = card((city, { face, redraw }) => {
  const { say, words, orders } = city, runOf = dryRuns(city, redraw), mayOf = pressable(city, redraw);
  let told = /** @type {Record<string, any>} */ ({}), rank = 0;
  orders.on(redraw);
  const level = (n) => words("level." + LEVELS[n]) ?? "";
  const version = (name, known) => Math.max(orders.version(name), known ?? 0);
  const order = (verb, of, known, args) => orders.act(verb, "response:" + of, version("response:" + of, known), args);
  const dry = (run) => html`<p class="run">${run === null ? say.say("levels.run.asking") : runLine(city, run)}</p>`;

  return (view) => {
    told = view.scalars;
    const isEmpty = !told.response || (view.order.length === 0 && !orders.may("propose_level")), root = face.getRootNode();
    if (root instanceof ShadowRoot) root.host.closest(".cell-card")?.toggleAttribute("data-empty", isEmpty); // the frame stands outside
    if (isEmpty) return html`<div hidden></div>`;
    const ranks = [1, 2, 3, 4].filter((one) => one > told.rank), run = rank > told.rank ? runOf(told.response, rank, told.version) : null;
    const isBusy = orders.isBusy("response:" + told.response) || !orders.isLive();
    return html`${head(say.say("levels.title"), joined(told.rank > 0 ? level(told.rank) : say.say("levels.none")))}
      ${each(view.order, (id) => proposal(view.rows.get(id)))}
      ${orders.may("propose_level") && ranks.length > 0 ? html`<p class="ranks"><span>${say.say("levels.to")}</span>${ranks.map((one) => html`<button type="button" data-on=${mark(one === rank)} @click=${() => { rank = one === rank ? 0 : one; redraw(); }}>${level(one)}</button>`)}</p>` : nothing}
      ${rank > told.rank ? html`${dry(run)}<p class="do"><button type="button" class="primary" ?disabled=${isBusy || run === null} ${press(rank, propose)}>${say.say("levels.propose.submit", { level: level(rank) })}</button></p>` : nothing}
      ${refusedLine(city, "response:" + told.response, VERBS)}`;
  };

  async function propose(to) {
    const done = await order("propose_level", told.response, told.version, { rank: to });
    if (done?.done) rank = 0;
    redraw();
  }
  function proposal(row) {
    const now = city.city(), run = runOf(row.response, row.rank, row.version), given = row.needs.filter(({ at }) => at !== null).length;
    const isBusy = orders.isBusy("response:" + row.response) || !orders.isLive(), mine = mayOf(row.response, row.id, `${row.version} ${given}`), answer = (verb) => order(verb, row.response, row.version, { proposal: row.id });
    return html`<section class="proposal"><p><b>${joined(row.response.endsWith("/exercise") && say.say("levels.drill"), [row.rank_before > 0 && level(row.rank_before), level(row.rank)].filter(Boolean).join(" → "))}</b> ${whenSilent(city, row, now)}</p>
      <p class="note">${joined(...row.measures.map(measured(city)), ...row.needs.map((need) => needOf(city, need, now)))}</p>${dry(run)}
      <p class="do">${mine?.approve ? html`<button type="button" class="primary" ?disabled=${isBusy || run === null} ${press("approve_level", answer)}>${say.say("levels.approve", { level: level(row.rank), n: given + 1, of: row.needs.length })}</button>` : nothing}${
        mine?.refuse ? html`<button type="button" ?disabled=${isBusy} ${press("refuse_level", answer)}>${words("verb.refuse_level")}</button>` : nothing}</p></section>`;
  }
});
