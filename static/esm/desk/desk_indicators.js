// 指标: figures without colour, on the desk and on the duty page. A click opens the formula, the numbers that went in, and when.
import { card, each, head, html, joined, mark } from "../../js/draw.js";

const OLD_S = 150;

export const mend = card((city, { face, redraw }) => {
  const { say, words } = city;
  let isAll = false, shown = /** @type {Map<string, Row>} */ (new Map()), open = /** @type {{ id: string, told: any, isFailed: boolean } | null} */ (null);

  async function look(id) {
    if (open?.id === id) return close();
    const mine = (open = { id, told: /** @type {any} */ (null), isFailed: /** @type {boolean} */ (false) });
    redraw();
    // A page that was told the inputs does not ask for them.
    if (shown.get(id)?.inputs) mine.told = shown.get(id);
    else try { mine.told = await city.orders.ask("indicator", { name: id }); } catch { mine.isFailed = true; }
    if (open !== mine) return;
    redraw();
    face.querySelector(".formula")?.scrollIntoView({ block: "nearest" });
  }
  const close = () => { open = null; redraw(); };
  const toggle = () => { isAll = !isAll; redraw(); };

  const isNothing = (value) => value === null || value === undefined;
  const raw = (row) => say.say("indicators.raw", { numerator: row.numerator ?? 0, denominator: row.denominator });
  const none = (row) => words("indicators.why." + row.why_not) ?? say.say("indicators.unknowable");
  const lasting = (seconds) => (seconds < 3600 ? say.fine(seconds) : say.coarse(seconds));

  return ({ scalars, order, rows }) => {
    shown = rows;
    const { at = null, main = [] } = scalars, age = at === null ? NaN : city.machine() - at;
    const others = order.filter((id) => !main.includes(id));
    return html`${head(say.say("indicators.title"), age > OLD_S ? say.say("indicators.age", { t: say.coarse(age) }) : say.say("indicators.hint"), age > OLD_S)}
      <div class="indicators">${each(isAll ? [...main, ...others] : main, (id) => indicator(id, rows.get(id)))}</div>
      <button type="button" class="toggle" ?hidden=${others.length === 0} @click=${toggle}>${say.say(isAll ? "indicators.few" : "indicators.all")}</button>
      ${formula(open, rows, at)}`;
  };

  function indicator(id, row) {
    // Too few for a rate: the raw numbers stand in its place.
    const isRaw = row?.value === null && row.why_not === "few";
    return html`<button type="button" class="indicator" data-on=${mark(open?.id === id)} data-empty=${mark(!row || row.value === null)}
      @click=${() => look(id)}><b>${row ? figureOf(row) : say.say("indicators.none")}</b><span>${words("indicator." + id) ?? id}</span
      ><small ?hidden=${!isRaw}>${isRaw ? raw(row) : ""}</small></button>`;
  }
  function formula(opened, rows, computed) {
    if (opened === null) return html`<section class="formula" hidden></section>`;
    const { id, isFailed } = opened, told = opened.told?.indicator ?? opened.told ?? null, row = told ?? rows.get(id) ?? {};
    const lines = [["_value", isNothing(row.value) ? none(row) : figureOf(row)]];
    if (row.unit === "percent" && row.denominator) lines.push(["_raw", raw(row)]);
    for (const [name, value] of Object.entries(told?.inputs ?? {})) lines.push([name, input(name, value)]);
    if (told?.names?.length) lines.push(["_names", joined(told.names.join(say.say("list.comma")), told.named > told.names.length && say.say("indicators.names_more", { n: told.named }))]);
    const at = told?.at ?? computed;
    const note = isFailed ? say.say("indicators.no_reply") : told === null ? say.say("indicators.loading")
      : at == null ? "" : say.say("indicators.at", { t: say.hhmmss(city.toCity(at)) });
    return html`<section class="formula"><header><h3>${`${id} ${words("indicator." + id) ?? ""}`.trim()}</h3
      ><button type="button" @click=${close}>${say.say("indicators.back")}</button></header>
      <p class="words">${words("formula." + id)}</p>
      <dl>${lines.map(([name, value]) => html`<div><dt>${words("input." + name) ?? words("source." + name.replace(/_s$/, "")) ?? words("agency." + name) ?? words(name) ?? name}</dt><dd>${value}</dd></div>`)}</dl>
      <p class="note">${note}</p></section>`;
  }
  function figureOf({ value, unit }) {
    if (isNothing(value)) return say.say("indicators.none");
    if (unit === "percent") return say.say("unit.percent", { n: Number(value).toFixed(1) });
    if (unit === "seconds") return lasting(value);
    return Number(value).toLocaleString("en", { maximumFractionDigits: 1 });
  }
  function input(name, value) {
    if (name.startsWith("device_class.")) return say.say("unit.percent", { n: Number(value).toFixed(1) });
    if (isNothing(value)) return say.say("indicators.none");
    if (typeof value === "object") return Object.entries(value).map(([key, one]) => `${words("input." + key) ?? words("source." + key) ?? key} ${input(key, one)}`).join(" · ");
    if (typeof value !== "number") return String(value);
    return name.endsWith("_s") ? lasting(value) : value.toLocaleString("en", { maximumFractionDigits: 2 });
  }
});
