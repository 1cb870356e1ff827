// 应急上报: numbers to fill while a warning or an incident asks for them. Each shows what was said last, and when.
import { card, head, html, live, mark, nothing, press } from "../../js/draw.js";
import { typed } from "../../js/desk/desk_forms.js";
import { toldOf } from "../../js/field/field_parts.js";

export const mend = card((city, place) => {
  const { say, page, outbox, orders, field } = city, subject = "station:" + page.scope;
  let should = "", moved = "", wrong = "";
  outbox.on(place.redraw);
  field.on(place.redraw);
  const number = (text) => (/^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : null);

  function send(told) {
    const args = { ...(should.trim() && { should: number(should) }), ...(moved.trim() && { moved: number(moved) }) };
    const most = args.should ?? told.should, isBad = Object.values(args).some((value) => value === null);
    wrong = isBad || Object.keys(args).length === 0 ? say.say("station.need.number") : args.moved != null && (most == null || args.moved > most) ? say.say("station.need.moved") : "";
    if (wrong) return place.redraw();
    outbox.send("record_numbers", subject, 0, args);
    should = moved = "";
    place.redraw();
  }
  const age = (at) => (at == null ? say.say("station.never") : say.say("station.ago", { t: say.coarse(Math.max(0, city.city() - at)) }));
  const box = (name, label, value, at, text, set) => html`<label class="number"><span>${label}</span><b>${value ?? "—"}</b><i>${age(at)}</i
    ><input type="text" inputmode="numeric" maxlength="5" data-name=${name} aria-label=${label} .value=${live(text)} @input=${typed(set)}></label>`;
  const door = (told, value) => html`<button type="button" data-value=${value} data-on=${mark(told.shelter === value)} aria-pressed=${String(told.shelter === value)} ${press(value, () => outbox.send("record_numbers", subject, 0, { shelter: value }))}>${say.say("code.shelter." + value)}</button>`;

  return ({ as_of, scalars: told }) => {
    const isShown = as_of !== null && (told.wanted !== "" || told.should_at != null || told.shelter_at != null), cell = document.querySelector('[data-cell="station_numbers"]');
    if (cell) city.mend.mark(cell, "shown", isShown ? "" : null);
    if (!isShown) return nothing;
    const may = orders.may("record_numbers"), sent = toldOf(city, subject, say.say("station.numbers"));
    return html`${head(say.say("station.numbers"), told.wanted ? say.say("station.wanted." + told.wanted) : "")}
      <div class="form numbers">${box("should", say.say("station.should"), told.should, told.should_at, should, (text) => { should = text; wrong = ""; place.redraw(); })}
        ${box("moved", say.say("station.moved"), told.moved, told.moved_at, moved, (text) => { moved = text; wrong = ""; place.redraw(); })}
        <p class="wrong" role="alert">${wrong}</p>
        <button type="button" class="primary" ?disabled=${!may} ${press(told, send)}>${say.say("station.record")}</button>
        <div class="door"><span>${say.say("station.shelter")}</span>${door(told, "open")}${door(told, "closed")}<i>${age(told.shelter_at)}</i></div>${sent ?? nothing}</div>`;
  };
});
