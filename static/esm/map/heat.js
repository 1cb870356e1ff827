// Over the map: which heat it shows, its colours in numbers, and what a pressed place says.
import { card, each, html, joined, mark, press, styleMap } from "../../js/draw.js";

export const mend = card((city) => {
  const { say, page } = city, heats = page.heats ?? {};
  const isWall = page.channel === "wall";

  return () => {
    const [first] = Object.keys(heats), meta = city.frame("heat")?.meta ?? {};
    const [kind, span] = (city.heat() || `${first}.${heats[first]?.[0]}`).split(".");
    const found = city.heatMap?.pressed() ?? null;
    // A wall has something to press only for who signed in at its seat; to everybody it says what it shows.
    const isOpen = !isWall || document.body.dataset.seat !== undefined;
    return html`<div class="choice">
        ${isOpen ? choices(kind, span) : city.heat() ? html`<span class="of">${joined(say.say("heat.kind." + kind), say.say("heat.window." + span))}</span>` : ""}
        ${isWall ? "" : ramp(meta)}
      </div>
      ${found ? answer(found) : ""}`;
  };

  /** @param {string} kind @param {string} span */
  function choices(kind, span) {
    return html`<select aria-label=${say.say("heat.layer")} @change=${(event) => choose(event.target.value, "")}>${Object.keys(heats).map((one) =>
      html`<option value=${one} ?selected=${one === kind}>${say.say("heat.kind." + one)}</option>`)}</select>
    <select aria-label=${say.say("heat.window")} ?hidden=${(heats[kind] ?? []).length < 2} @change=${(event) => choose(kind, event.target.value)}>${(heats[kind] ?? []).map((one) =>
      html`<option value=${one} ?selected=${one === span}>${say.say("heat.window." + one)}</option>`)}</select>`;
  }
  function choose(kind, span) {
    const choice = `${kind}.${span || heats[kind][0]}`, [first] = Object.keys(heats);
    city.heatMap?.close();
    city.chooseHeat(choice === `${first}.${heats[first][0]}` ? "" : choice);
    city.tell("heat");
  }
  /** @param {Record<string, any>} meta */
  function ramp({ kind, steps = [], numbers = [], off, since }) {
    if (!kind) return "";
    if (off) return html`<span class="of">${say.say("heat.off")}</span>`;
    const place = (step) => ({ left: `${(100 * (step + 0.5)) / Math.max(1, steps.length)}%` });
    return html`<span class="of">${joined(say.say("heat.unit." + kind), since && say.say("heat.since", { t: say.moment(since, city.city()) }))}</span>
      <div class="scale"><div class="steps">${each(steps, (background) => html`<i style=${styleMap({ background })}></i>`)}</div
        ><div class="numbers">${numbers.map(([step, n]) => html`<span style=${styleMap(place(step))}>${kind === "worst" ? say.say("heat.state." + n) : n.toLocaleString("en")}</span>`)}</div></div>`;
  }
  function answer({ lon, lat, state, cell }) {
    const isCases = cell !== null && !["detections", "readings", "units"].includes(city.frame("heat")?.meta.kind);
    return html`<div class="told" data-state=${mark(state)}><p>${state === "asked" ? say.say("heat.pressing") : cell === null ? say.say("heat.failed") : words(cell, isCases)}</p>
      <p class="buttons"><button type="button" ?hidden=${isWall || !isCases || cell.count === 0} ${press([lon, lat, cell?.radius_m], list)}>${say.say("heat.list")}</button
        ><button type="button" ${press(null, () => city.heatMap?.close())}>${say.say("heat.close")}</button></p></div>`;
  }
  function words(cell, isCases) {
    const values = { m: Math.round(cell.radius_m), n: cell.count };
    const trend = cell.before === null ? say.say("heat.no_trend") : say.say("heat.trend", { n: cell.new, before: cell.before });
    if (!isCases) return joined(say.say("heat.points", values), trend);
    return joined(
      say.say("heat.within", values),
      cell.worst && say.say("heat.worst", { urgency: say.say("heat.urgency." + cell.worst) }),
      cell.count > 0 && (cell.limited > 0 ? say.say("heat.overdue", { n: cell.overdue, of: cell.limited }) : say.say("heat.no_limit")),
      trend,
    );
  }
  // The queue lists every open case of the place: `@lon,lat,metres` in its search.
  function list([lon, lat, radius]) {
    city.desk.search(`@${lon.toFixed(5)},${lat.toFixed(5)},${Math.round(radius)}`);
    city.heatMap?.close();
  }
});
