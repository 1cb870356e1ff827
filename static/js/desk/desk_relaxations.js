// 放宽 on the desk: what is relaxed, by whom and until when; a duty leader switches each of the seven on and off.
import { formOf } from "./desk_forms.js";
import { each, html, joined, mark, nothing, press } from "../draw.js";

const HOURS = [2, 4, 8, 12, 24];

/**
 * @param {City} city @param {() => void} redraw
 * @returns {(told: Record<string, any>, isOpen: boolean) => unknown} of the scalars of the desk's levels
 */
export function relaxationsOf(city, redraw) {
  const { say, words, orders } = city, nameOf = (kind) => words("relaxation." + kind) ?? kind, subject = (kind) => "relaxation:" + kind;
  let form = /** @type {ReturnType<typeof formOf> | null} */ (null), of = "";

  function leave() {
    [form, of] = [null, ""];
    redraw();
  }
  /** @param {[string, number]} one */
  function choose([kind, version]) {
    if (of === kind) return leave();
    of = kind;
    form = formOf(city, {
      key: kind, title: nameOf(kind), submit: say.say("relaxed.start"),
      fields: [
        { name: "hours", kind: "choice", label: say.say("relaxed.until"), required: true, value: 8, options: HOURS.map((one) => [one, say.say("relaxed.hours", { n: one })]) },
        { name: "text", kind: "area", label: say.say("levels.why"), required: true },
      ],
    }, ({ hours, text }) => orders.act("start_relaxation", subject(kind), Math.max(version, orders.version(subject(kind))),
      { until: new Date((city.city() + hours * 3600) * 1000).toISOString(), text }), leave, redraw);
    redraw();
    form.focus();
  }
  const end = ([kind, version]) => orders.act("end_relaxation", subject(kind), Math.max(version, orders.version(subject(kind))), {});

  return ({ switches = [], relaxed = [] }, isOpen) => {
    const isOn = (kind) => relaxed.some((one) => one.kind === kind), now = city.city(), off = switches.filter(([kind]) => !isOn(kind));
    const versionOf = (kind) => switches.find(([one]) => one === kind)?.[1] ?? 0, isOff = (kind) => orders.isBusy(subject(kind)) || !orders.isLive();
    return html`${each(relaxed.map(({ kind }) => kind), (kind) => {
      const one = relaxed.find((each_) => each_.kind === kind);
      return html`<p class="relaxed"><b>${nameOf(kind)}</b><span>${joined(say.say("relaxed.by", { t: say.moment(one.until, now) }), one.by && orders.short(one.by))}</span>${
        orders.may("end_relaxation") ? html`<button type="button" ?disabled=${isOff(kind)} ${press([kind, versionOf(kind)], end)}>${say.say("relaxed.end")}</button>` : nothing}</p>`;
    })}${isOpen && off.length > 0 && orders.may("start_relaxation") ? html`<p class="ranks"><span>${say.say("relaxed.title")}</span>${off.map((one) =>
      html`<button type="button" data-on=${mark(of === one[0])} ?disabled=${isOff(one[0])} ${press(one, choose)}>${nameOf(one[0])}</button>`)}</p>${form ? form.draw() : nothing}` : nothing}`;
  };
}
