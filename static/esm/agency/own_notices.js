// 智能发现告知: what a camera saw here. Whoever corrects it in time says so with one press; else the centre looks again
// and files a case. The picture is a blurred copy.
import { card, each, head, html, joined, mark, nothing, press } from "../../js/draw.js";

const SOON_S = 180;

export const mend = card((city, { face, redraw }) => {
  const { say, words, orders } = city, open = /** @type {Set<string>} */ (new Set());
  orders.on((made) => { if (made === null || made.mark.startsWith("detection:")) redraw(); });

  /** @param {string} id */
  function toggle(id) {
    if (!open.delete(id)) open.add(id);
    redraw();
  }
  /** @param {[string, number]} chosen */
  const correct = ([id, version]) => { orders.act("mark_self_corrected", "detection:" + id, Math.max(version, orders.version("detection:" + id))); };
  /** @param {string} id */
  const undo = (id) => { orders.act("undo_screening", "detection:" + id, orders.version("detection:" + id)); };

  /** @param {string} id @param {Row} row */
  function notice(id, row) {
    const made = orders.of("detection:" + id), now = city.city(), isOpen = open.has(id), left = made ? orders.undoLeft(made) : 0;
    const place = say.road(row.label) || words("street." + row.street) || "", isOff = orders.isBusy("detection:" + id) || made?.state === "done";
    return html`<article><button type="button" class="what" aria-expanded=${String(isOpen)} ${press(id, toggle)}><b>${joined(words("class." + row.class) ?? say.say("class.unknown"), place)}</b
        ><i>${say.say("own_notices.seen", { t: say.hhmm(row.at) })}</i></button
      ><time data-level=${mark(row.until !== null && row.until - now < SOON_S ? "near" : "")}>${row.until === null ? "" : say.left(row.until, now)}</time
      ><button type="button" class="step" ?hidden=${!orders.may("mark_self_corrected")} ?disabled=${isOff} ${press([id, row.version], correct)}>${words("verb.mark_self_corrected")}</button
      >${isOpen ? html`<img alt=${say.say("own_notices.picture")} src=${`/detection/${encodeURIComponent(id)}.jpg`}>` : nothing}
      ${made && made.state !== "pending" ? html`<div class="ways"><p class="told" role="status" data-state=${made.state}>${orders.told(made)}</p
        >${left > 0 && orders.may("undo_screening") ? html`<button type="button" ${press(id, undo)}>${say.say("desk.undo_n", { n: left })}</button>` : nothing}</div>` : nothing}</article>`;
  }

  return ({ as_of, scalars, order, rows }) => {
    for (const id of open) if (!rows.has(id)) open.delete(id);
    const root = face.getRootNode(); // the card's frame stands outside of its shadow
    if (root instanceof ShadowRoot) root.host.closest(".cell-card")?.toggleAttribute("data-empty", as_of === null || order.length === 0);
    return html`${head(joined(say.say("own_notices.title"), scalars.notices > 0 && String(scalars.notices)), say.say("own_notices.note"))}
      <ol class="notices">${each(order, (id) => html`<li data-id=${id}>${notice(id, rows.get(id))}</li>`)}</ol>`;
  };
});
