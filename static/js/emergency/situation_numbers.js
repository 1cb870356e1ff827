// The numbers of a street or an agency in an emergency: what is known, how old it is, and a form that begins with it.
import { html, joined, live, mark, nothing, press } from "../draw.js";
import { typed } from "../desk/desk_forms.js";

const WHOLE = /^\d{1,7}$/;
/** A total that falls is a correction and has a reason. */
const TOTALS = /\.(should|moved|restored|reported|cleared)$/;

/** @param {View} view @param {string} key */
const known = ({ rows }, key) => rows.get("f:" + key) ?? null;
const keysOf = ({ order }) => order.filter((id) => id.startsWith("f:")).map((id) => id.slice(2));
const groupsOf = (view) => [...new Set(keysOf(view).filter((key) => key.startsWith("relocation.")).map((key) => key.split(".")[1]))];

/** The numbers in a few lines, each with its age. @param {City} city @param {View} view @param {number} now */
export function summary(city, view, now) {
  const { say, words } = city, { scalars: told } = view, lines = [];
  const groups = groupsOf(view).filter((group) => known(view, `relocation.${group}.should`)?.value != null);
  if (groupsOf(view).length > 0) {
    const sum = (part) => groups.reduce((all, group) => all + (known(view, `relocation.${group}.${part}`)?.value ?? 0), 0);
    lines.push(line("relocation", groups.length > 0 ? say.say("zero.of", { n: sum("moved"), of: sum("should") }) : null, agesOf(groups.flatMap((group) => [`relocation.${group}.should`, `relocation.${group}.moved`]))));
  }
  const shelters = view.order.filter((id) => id.startsWith("s:")).map((id) => id.slice(2));
  if (shelters.length > 0) {
    const opened = shelters.filter((id) => known(view, `shelter.${id}.open`)?.value > 0).length, people = shelters.reduce((all, id) => all + (known(view, `shelter.${id}.occupied`)?.value ?? 0), 0);
    const isTold = shelters.some((id) => known(view, `shelter.${id}.open`)?.value != null);
    lines.push(line("shelter", isTold ? say.say("zero.shelters", { open: opened, n: people }) : null, agesOf(shelters.flatMap((id) => [`shelter.${id}.open`, `shelter.${id}.occupied`]))));
  }
  for (const family of new Set(keysOf(view).map((key) => key.split(".")[0]).filter((one) => one !== "relocation" && one !== "shelter"))) {
    const keys = keysOf(view).filter((key) => key.startsWith(family + ".")), told_ = keys.filter((key) => known(view, key)?.value != null);
    lines.push(line(family, told_.length > 0 ? told_.map((key) => `${words("figure." + key)} ${known(view, key)?.value}`).join(" · ") : null, agesOf(keys)));
  }
  const { stations } = told;
  return html`${lines.length > 0 ? html`<dl class="sums">${lines}</dl>` : nothing}
    ${stations ? html`<p class="stations">${say.say("zero.stations", { n: stations.told, should: stations.should, moved: stations.moved, t: say.coarse(Math.max(0, now - stations.as_of)) })}</p>` : nothing}`;

  /** The time of the oldest of some numbers; a zero report says that all are still so. @param {string[]} keys */
  function agesOf(keys) {
    const all = keys.map((key) => known(view, key)).filter((one) => one?.value != null), ages = all.map((one) => one?.at);
    return { at: ages.length > 0 ? Math.max(Math.min(...ages), told.confirmed ?? -Infinity) : null, isPhone: all.some((one) => one?.by_phone) };
  }
  function line(family, text, { at, isPhone }) {
    const isOld = at != null && told.old_s != null && now - at > told.old_s;
    const age = at == null ? "" : say.say(isOld ? "zero.old" : "zero.age", { t: say.coarse(Math.max(0, now - at)) });
    return html`<div data-unknown=${mark(text === null)} data-old=${mark(isOld)}><dt>${words("figure." + family)}</dt><dd>${text ?? say.say("zero.unknown")}</dd><i>${joined(age, isPhone && say.say("zero.by_phone"))}</i></div>`;
  }
}

/**
 * A form that begins with what is known; only numbers that were changed go out.
 * @param {City} city @param {() => void} redraw @param {() => void} leave
 * @param {(told: Row, args: Record<string, any>) => void} send
 * @returns {(view: View) => unknown}
 */
export function numbersForm(city, redraw, leave, send) {
  const { say, words } = city, texts = /** @type {Map<string, string>} */ (new Map());
  let reason = "", wrong = "", isAll = false;
  const set = (key) => typed((text) => { texts.set(key, text); wrong = ""; redraw(); });
  const shown = (view, key) => texts.get(key) ?? (known(view, key)?.value == null ? "" : String(known(view, key)?.value));
  const valueOf = (view, key) => (shown(view, key).trim() === "" ? null : Number(shown(view, key)));

  function changed(view) {
    return Object.fromEntries([...texts].filter(([key, text]) => text.trim() !== "" && Number(text) !== known(view, key)?.value).map(([key, text]) => [key, Number(text.trim())]));
  }
  const isCorrection = (view, figures) => Object.entries(figures).some(([key, value]) => {
    const before = known(view, key)?.value;
    if (before == null) return false;
    return (TOTALS.test(key) && value < before) || (key.endsWith(".should") && (figures[key.replace(/should$/, "moved")] ?? 0) > before);
  });
  function problem(view, figures) {
    if ([...texts.values()].some((text) => text.trim() !== "" && !WHOLE.test(text.trim()))) return say.say("zero.need.whole");
    const group = groupsOf(view).find((one) => (valueOf(view, `relocation.${one}.moved`) ?? 0) > (valueOf(view, `relocation.${one}.should`) ?? 0));
    if (group) return say.say("zero.need.should", { group: words("figure.group." + group) ?? group });
    if (Object.keys(figures).length === 0) return say.say("zero.need.change");
    return isCorrection(view, figures) && reason.trim() === "" ? say.say("zero.need.reason") : "";
  }
  function submit(view, event) {
    event.preventDefault();
    const figures = changed(view);
    wrong = problem(view, figures);
    if (wrong) return redraw();
    send(view.scalars, { figures, ...(reason.trim() && { reason: reason.trim() }) });
  }
  const box = (view, key, label) => html`<label class="number"><span>${label}</span><input type="text" inputmode="numeric" maxlength="7" data-key=${key} aria-label=${label}
    .value=${live(shown(view, key))} @input=${set(key)}></label>`;
  const door = (view, id) => {
    const key = `shelter.${id}.open`, now = valueOf(view, key), put = (value) => { texts.set(key, value); wrong = ""; redraw(); };
    return html`<span class="door">${[["1", "open"], ["0", "closed"]].map(([value, name]) =>
      html`<button type="button" data-on=${mark(now !== null && String(now) === value)} aria-pressed=${String(now !== null && String(now) === value)} ${press(value, put)}>${say.say("code.shelter." + name)}</button>`)}</span>`;
  };

  return (view) => {
    const groups = groupsOf(view), told = groups.filter((one) => known(view, `relocation.${one}.should`)?.value != null || texts.has(`relocation.${one}.should`));
    const first = isAll || told.length === 0 ? groups : told;
    const shelters = view.order.filter((id) => id.startsWith("s:")).map((id) => ({ id: id.slice(2), ...view.rows.get(id) }));
    const rest = keysOf(view).filter((key) => !key.startsWith("relocation.") && !key.startsWith("shelter."));
    return html`<form class="form" novalidate @submit=${(event) => submit(view, event)}>
      ${groups.length > 0 ? html`<h3>${words("figure.relocation")}</h3>` : nothing}
      ${first.map((one) => html`<fieldset><legend>${words("figure.group." + one)}</legend>${box(view, `relocation.${one}.should`, say.say("figure.should"))}${box(view, `relocation.${one}.moved`, say.say("figure.moved"))}</fieldset>`)}
      ${first.length < groups.length ? html`<button type="button" class="more" @click=${() => { isAll = true; redraw(); }}>${say.say("zero.more_groups", { n: groups.length - first.length })}</button>` : nothing}
      ${shelters.length > 0 ? html`<h3>${words("figure.shelter")}</h3>` : nothing}
      ${shelters.map(({ id, name, capacity }) => html`<fieldset><legend>${joined(name, capacity != null && say.say("zero.capacity", { n: capacity }))}</legend>${door(view, id)}${box(view, `shelter.${id}.occupied`, say.say("figure.occupied"))}</fieldset>`)}
      ${[...new Set(rest.map((key) => key.split(".")[0]))].map((family) => html`<h3>${words("figure." + family)}</h3><fieldset>${rest.filter((key) => key.startsWith(family + ".")).map((key) => box(view, key, words("figure." + key)))}</fieldset>`)}
      ${isCorrection(view, changed(view)) ? html`<label class="reason"><span>${say.say("zero.reason")}</span><input type="text" maxlength="200" .value=${live(reason)} @input=${typed((text) => { reason = text; wrong = ""; redraw(); })}></label>` : nothing}
      <p class="wrong" role="alert">${wrong}</p>
      <p class="buttons"><button type="submit" class="primary" data-ready=${mark(Object.keys(changed(view)).length > 0)}>${say.say("zero.send")}</button><button type="button" @click=${leave}>${say.say("detail.cancel")}</button></p>
    </form>`;
  };
}
