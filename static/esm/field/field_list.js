// 今日清单: what waits in the field for this person, by time left; a row opens into what is done about it.
import { card, each, head, html, joined, mark, nothing } from "../../js/draw.js";
import { caseForm } from "../../js/field/field_case.js";
import { classOf, toldOf } from "../../js/field/field_parts.js";
import { shape } from "../../js/draw.js";

export const mend = card((city, place) => {
  const { say, words, page, outbox, field, orders } = city;
  let open = /** @type {ReturnType<typeof caseForm> | null} */ (null), isAll = false;
  const leave = () => { open?.close(); open = null; place.redraw(); };
  outbox.on(place.redraw);
  field.on(place.redraw);

  // Everybody's list is the same; what is not for this person is left out here, and refused by the server.
  const me = () => page.person?.person_mark ?? "", holder = () => page.person?.holder ?? "";
  const isMine = (row) => !row.not_for.includes(me()) && (row.task !== "check" || !row.handled_by.includes(holder()));
  const verbOf = { check: "check", verify: "verify", report: "self_handle", photo: "add_photos" };

  function rowOf(row) {
    const now = city.city(), [left, level] = row.due_at === null ? ["", ""] : limit(row.due_at, now);
    const metres = field.metresTo(row.lon, row.lat), task = say.say("field.task." + row.task);
    const isOpen = open?.id === row.id, told = toldOf(city, "case:~" + row.id, task);
    const second = joined(task, row.task === "check" && say.say("field.done_by", { holder: words("agency." + row.holder) ?? row.holder, t: row.feedback_at === null ? "" : say.moment(row.feedback_at, now) }),
      row.reworks > 0 && say.say("field.rework", { n: row.reworks }), metres !== null && say.say("field.away", { n: Math.round(metres) }));
    return html`<article data-open=${mark(isOpen)}><button type="button" class="what" aria-expanded=${String(isOpen)} @click=${() => toggle(row)}>
        <span class="mark">${shape(row.hazard && row.urgency === "normal" ? "urgent" : row.urgency)}</span>
        <span class="lines"><b>${joined(classOf(city, row), say.road(row.road) || row.address || say.say("field.no_road"))}</b><i>${second}</i></span>
        <time data-level=${level}>${left}</time></button>
      ${told ?? nothing}${isOpen && !told ? open?.draw(row) : nothing}</article>`;
  }
  const limit = (due, now) => (now > due ? [say.left(due, now), "over"] : [say.left(due, now), due - now < 600 ? "near" : ""]);
  function toggle(row) {
    if (open?.id === row.id) return leave();
    open?.close();
    open = orders.may(verbOf[row.task]) || orders.may("not_my_list") ? caseForm(city, row, { leave, redraw: place.redraw }) : null;
    place.redraw();
  }

  return (view) => {
    const { as_of, scalars, rows } = view, mine = view.order.filter((id) => isMine(rows.get(id)));
    if (open && !mine.some((id) => rows.get(id).id === open?.id)) leave();
    const done = scalars.done?.[me()] ?? 0, cap = as_of !== null && scalars.cap === null ? Infinity : scalars.cap ?? 0, left = Math.max(0, cap - done); // null: the cap is lifted in an emergency
    const shown = isAll ? mine : mine.slice(0, left), beyond = mine.length - Math.min(mine.length, left);
    const note = say.say("field.worked", { n: done, cap: scalars.cap ?? "—" });
    return html`${head(joined(say.say("field.list"), mine.length > 0 && String(mine.length)), as_of === null ? "" : note, done >= (scalars.cap ?? Infinity))}
      ${as_of !== null && scalars.village === "" ? html`<p class="calm">${say.say("field.village_unknown")}</p>` : nothing}
      <p class="calm" ?hidden=${as_of === null || mine.length > 0 || scalars.village === ""}>${say.say("field.list.empty")}</p>
      <ol class="field-rows">${each(shown, (id) => html`<li data-id=${id}>${rowOf(rows.get(id))}</li>`)}</ol>
      ${beyond > 0 ? html`<button type="button" class="fold" aria-expanded=${String(isAll)} @click=${() => { isAll = !isAll; place.redraw(); }}>${say.say(isAll ? "detail.less" : "field.beyond", { n: beyond })}</button>` : nothing}`;
  };
});
