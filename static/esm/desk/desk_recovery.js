// 恢复清单 on the desk: a line while something is left after a response; opened, its items with who finishes them.
import { formOf } from "../../js/desk/desk_forms.js";
import { holdersOf } from "../../js/desk/desk_words.js";
import { card, each, html, joined, mark, nothing, press } from "../../js/draw.js";
import { agencyOf, markOf } from "../../js/linkage/linkage_matrix.js";

export const mend = card((city, { face, redraw }) => {
  const { say, words, orders, desk } = city, holders = holdersOf(city);
  let isOpen = false, form = /** @type {ReturnType<typeof formOf> | null} */ (null), of = "";
  orders.on((made) => { if (made === null || made.mark.startsWith("response:")) redraw(); });

  // "封闭下立交 · 川沙路下立交", "停电用户 120", "未办结联动任务 · 巡查低洼点 · 20260914-001-07"
  function what(row) {
    const { names } = row, task = names.words && (words("task_short." + names.words) ?? words("task." + names.words));
    const kind = say.say("recovery.kind." + row.kind) + (names.count ? " " + names.count : "");
    return markOf(say, row) + joined(kind, task, names.name, names.place, names.no, names.road && say.road(names.road));
  }
  function close() {
    [form, of] = [null, ""];
    redraw();
  }
  /** @param {Row} row */
  const finish = (row) => orders.act("finish_recovery", row.on, Math.max(row.version, orders.version(row.on)), { item: row.item }, "");
  /** @param {Row} row */
  function assign(row) {
    if (of === row.item) return close();
    const title = words("verb.assign_recovery") ?? "", known = ["centre", ...holders].map((one) => /** @type {[string, string]} */ ([one, agencyOf(city, one)]));
    const send = (told) => {
      const sent = orders.act("assign_recovery", row.on, Math.max(row.version, orders.version(row.on)), { ...told, item: row.item }, told.to ?? "");
      close();
      return sent;
    };
    of = row.item;
    form = formOf(city, {
      key: row.item, title, submit: say.say("detail.submit", { what: title }),
      fields: [{ name: "to", kind: "pick", label: say.say("recovery.to"), required: true, options: known }],
    }, send, close, redraw);
    redraw();
    form.focus();
  }
  function item(row) {
    const made = orders.of(row.on), lately = made !== null && made.state !== "done" && made.args?.item === row.item ? made : null, isOff = orders.isBusy(row.on) || !desk.isLive();
    const buttons = row.done_at != null ? nothing : html`<span class="do">${lately ? html`<span class="told" data-kind=${lately.state}>${orders.told(lately, "")}</span>` : nothing}<button
        type="button" ?hidden=${!orders.may("assign_recovery")} ?disabled=${isOff} ${press(row, assign)}>${words("verb.assign_recovery")}</button><button type="button" ?hidden=${!row.can || !orders.may("finish_recovery")}
        ?disabled=${isOff} ${press(row, finish)}>${words("verb.finish_recovery")}</button></span>`;
    return html`<p class="what"><span>${what(row)}</span><b>${agencyOf(city, row.holder)}</b>${row.done_at != null ? html`<time>${say.say("recovery.done", { t: say.hhmm(row.done_at) })}</time>` : nothing}</p>${buttons}${of === row.item && form ? form.draw() : nothing}`;
  }

  return ({ scalars, order, rows }) => {
    const root = face.getRootNode(); // the card's frame stands outside of its shadow
    if (root instanceof ShadowRoot) root.host.closest(".cell-card")?.toggleAttribute("data-empty", !scalars.all);
    const now = city.city(), review = scalars.review_by != null && say.say("recovery.review", { t: say.moment(scalars.review_by, now) });
    return html`<div class="bar"><button type="button" class="toggle" aria-expanded=${String(isOpen)} @click=${() => { isOpen = !isOpen; redraw(); }}>${say.say("recovery.title")}</button
      ><span class="count" data-some=${mark(scalars.open > 0)}>${say.say("recovery.left", { n: scalars.open ?? "—", all: scalars.all ?? "—" })}</span><span class="note">${review || nothing}</span></div>
      <ol class="items" ?hidden=${!isOpen}>${each(order, (id) => html`<li data-done=${mark(rows.get(id).done_at != null)}>${item(rows.get(id))}</li>`)}</ol>`;
  };
});
