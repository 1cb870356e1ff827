// 人工复核: what cameras report and a person must look at. One line while it is closed; V opens it. The picture is a
// blurred copy. Three buttons, three keys; the order is held under the pointer, as in the queue.
import { card, each, html, joined, mark, nothing, press, shape } from "../../js/draw.js";
import { held } from "../../js/held_order.js";

const KEYS = { y: "confirm_detection", n: "dismiss_detection", c: "mark_self_corrected" };
const VERBS = Object.values(KEYS), SOON_S = 180, SHOWN = 8, TOLD_S = 6;

export const mend = card((city, { face, redraw }) => {
  const { say, desk, orders, words } = city, order = held(redraw), offKeys = /** @type {(() => void)[]} */ ([]);
  let view = /** @type {View} */ ({ as_of: null, scalars: {}, order: [], rows: new Map() });
  let isOpen = false, chosen = /** @type {string | null} */ (null), standing = /** @type {string[]} */ ([]);
  /** The open case on the same thing, as the refusal told it. @type {Map<string, Record<string, any>>} */
  const there = new Map();
  /** Pictures that did not come. @type {Set<string>} */
  const missing = new Set();

  const markOf = (id) => "detection:" + id;
  const may = () => VERBS.some(orders.may);
  const isSettled = (id) => orders.of(markOf(id))?.state === "done";

  function open(is = true) {
    if (is === isOpen) return;
    isOpen = is;
    for (const off of offKeys.splice(0)) off();
    if (is) for (const [key, verb] of Object.entries(KEYS)) offKeys.push(city.keys.on(key, () => { if (chosen !== null) act([chosen, rowOf(chosen)?.version, verb]); }));
    redraw();
  }
  city.keys.on("v", () => { if (may()) open(!isOpen); });
  city.deskScreening = { open };
  orders.on((made) => { if (made === null || made.mark.startsWith("detection:")) { take(made); redraw(); } });

  // A refusal that names the open case on the same thing offers to join it.
  function take(made) {
    const refused = made?.state === "refused" ? made.answer?.refused : null;
    if (refused?.key === "case_there") there.set(made.mark, refused.names ?? {});
  }
  const rowOf = (id) => view.rows.get(id);

  function act([id, version, verb, args = {}]) {
    if (!desk.isLive() || version === undefined || !orders.may(verb) || isSettled(id)) return;
    there.delete(markOf(id));
    desk.act(verb, markOf(id), Math.max(version, orders.version(markOf(id))), args, "");
  }
  const what = (row) => words("class." + row.class) ?? say.say("class.unknown");
  const where = (row) => say.road(row.label) || words("street." + row.street) || "";
  const keyOf = (verb) => Object.entries(KEYS).find(([, meant]) => meant === verb)?.[0].toUpperCase() ?? "";
  const choose = (id) => { chosen = id; redraw(); };

  return (told) => {
    view = told;
    for (const id of missing) if (!told.rows.has(id)) missing.delete(id);
    const { ids, fresh } = order.of(told.order, false);
    standing = ids;
    if (chosen === null || !told.rows.has(chosen) || isSettled(chosen)) chosen = standing.find((id) => !isSettled(id)) ?? null;
    const { waiting, hazards } = told.scalars, now = city.city(), isKnown = waiting != null;
    face.toggleAttribute("data-open", isOpen);
    const isHidden = !isOpen && (!isKnown || waiting === 0), root = face.getRootNode();
    if (root instanceof ShadowRoot) root.host.closest(".cell-card")?.toggleAttribute("data-empty", isHidden); // the frame stands outside
    return html`<div class="bar" ?hidden=${isHidden}><button type="button" class="count" data-late=${mark(hazards > 0)}
        aria-expanded=${String(isOpen)} @click=${() => open(!isOpen)}>${joined(say.say("screening.title"), isKnown ? String(waiting) : say.say("unknown"), hazards > 0 && say.say("screening.strip_hazards", { n: hazards }))}</button
        ><span class="next">${next(now)}</span><span class="fresh">${fresh.length > 0 ? say.say("desk.frozen_new", { n: fresh.length }) : ""}</span
        ><button type="button" class="plain" ?hidden=${!isOpen} @click=${() => open(false)}>${say.say("screening.close")}</button></div>
      ${isOpen ? whole(now) : nothing}`;
  };

  function next(now) {
    const first = standing.map(rowOf).find(Boolean);
    return first && !isOpen ? joined(what(first), left(first, now)) : "";
  }
  function left(row, now) {
    return say.say(row.state === "notice" ? "screening.left_notice" : "screening.left", { t: say.left(row.until, now) });
  }

  function whole(now) {
    if (standing.length === 0 || chosen === null) return html`<p class="calm">${say.say("screening.none")}</p>`;
    const row = rowOf(chosen);
    return html`<div class="screening" @pointermove=${order.hold} @pointerleave=${order.leave}>${row ? one(chosen, row, now) : nothing}
      <ol class="others">${each(standing.filter((id) => view.rows.has(id)).slice(0, SHOWN), (id) => other(id, now))}</ol></div>`;
  }
  function one(id, row, now) {
    const made = orders.of(markOf(id)), offer = there.get(markOf(id)), isOff = orders.isBusy(markOf(id)) || !desk.isLive() || isSettled(id);
    return html`<article><div class="shot" data-none=${mark(missing.has(id))}>${missing.has(id) ? html`<p>${say.say("screening.no_picture")}</p>`
        : html`<img alt="" src=${`/detection/${encodeURIComponent(id)}.jpg`} @error=${() => { missing.add(id); redraw(); }}>`}</div
      ><div class="about"><h3>${row.hazard ? shape("urgent") : nothing}${what(row)}</h3><p>${where(row)}</p
        ><ul class="facts"><li>${say.say("screening.seen", { t: say.hhmmss(row.at) })}</li><li>${row.confidence === null ? nothing : say.say("screening.confidence", { n: Math.round(row.confidence * 100) })}</li
        ><li>${say.say("screening.algorithm", { name: row.algo })}</li><li>${say.say("screening.camera", { id: row.camera })}</li
        ><li data-soon=${mark(row.until - now < SOON_S)}>${left(row, now)}</li></ul
        ><p class="calm">${say.say(row.state === "notice" ? "screening.again" : row.hazard ? "screening.files" : "screening.notifies")}</p
        ><div class="buttons">${VERBS.filter(orders.may).map((verb) => html`<button type="button" data-primary=${mark(verb === "confirm_detection")} ?disabled=${isOff}
          ${press([id, row.version, verb], act)}>${words("verb." + verb)}<kbd>${keyOf(verb)}</kbd></button>`)}</div
        >${offer ? html`<div class="buttons offer"><span>${say.say("refusal.case_there", orders.named(offer))}</span
          ><button type="button" ?disabled=${isOff} ${press([id, row.version, "confirm_detection", { into: offer.case }], act)}>${say.say("screening.join", { no: offer.no })}</button
          ><button type="button" ?disabled=${isOff} ${press([id, row.version, "confirm_detection", { separate: true }], act)}>${say.say("screening.separate")}</button></div>`
          : made ? html`<p class="told" data-kind=${made.state}>${orders.told(made)}</p>` : nothing}</div></article>`;
  }
  function other(id, now) {
    const row = rowOf(id), made = orders.of(markOf(id)), age = made?.at ? now - made.at : 0;
    return html`<li data-on=${mark(id === chosen)} data-gone=${mark(isSettled(id) && age > TOLD_S)}><button type="button" class="plain" @click=${() => choose(id)}
      >${joined(what(row), where(row))}</button><span data-soon=${mark(row.until - now < SOON_S)}>${isSettled(id) && made ? orders.told(made) : left(row, now)}</span></li>`;
  }
});
