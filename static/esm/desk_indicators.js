// 指标 · 今日: figures without colour. A click opens the formula, the numbers that went in, and when.
const version = new URL(import.meta.url).search;
const { vocabulary } = await import(`../js/desk_words.js${version}`);
const MAIN = ["K01", "K08", "K04", "K09", "K02", "K14", "K03", "K12b"], OLD_S = 60;

export function mend(face, view, city) {
  const pane = (face.citywallPane ??= paneOf(face, city));
  pane.mend(view);
}

function paneOf(face, city) {
  const { make, text, mark, show, part, rows } = city.mend, { say } = city, voice = vocabulary(city);
  let last = { scalars: {}, order: [], rows: new Map() }, isAll = false, open = null; // open: {id, told, failed}

  part(face, "head", () => make("header", "", [make("h2"), make("span", "note")]));
  const grid = part(face, "grid", () => make("div", "indicators"));
  const toggle = part(face, "toggle", () => make("button", "toggle"));
  const sheet = part(face, "sheet", () => make("section", "formula", [make("header", "", [make("h3"), make("button")]), make("p", "words"), make("dl"), make("p", "note")]));
  toggle.type = "button";
  toggle.addEventListener("click", () => { isAll = !isAll; redraw(); });
  const back = sheet.firstChild.lastChild;
  back.type = "button";
  back.addEventListener("click", () => { open = null; redraw(); });

  async function look(id) {
    if (open?.id === id) { open = null; return redraw(); }
    const mine = (open = { id, told: null, failed: false });
    redraw();
    try { mine.told = await city.desk.ask("indicator", { name: id }); } catch { mine.failed = true; }
    if (open !== mine) return;
    redraw();
    sheet.scrollIntoView({ block: "nearest" });
  }

  function redraw() {
    const [title, note] = part(face, "head").children, { at = null, main = MAIN } = last.scalars;
    const age = at === null ? NaN : city.machine() - at;
    text(title, say.say("indicators.title"));
    text(note, age > OLD_S ? say.say("indicators.age", { t: say.coarse(age) }) : say.say("indicators.hint"));
    mark(note, "lost", age > OLD_S);
    const known = new Set(last.order), others = last.order.filter((id) => !main.includes(id));
    const ids = isAll ? [...main, ...others] : main;
    rows(grid, ids, (id) => {
      const node = make("button", "indicator", [make("b"), make("span"), make("small")]);
      node.type = "button";
      node.addEventListener("click", () => look(id));
      return node;
    }, (node, id) => {
      const row = last.rows.get(id), [figure, name, small] = node.children;
      text(figure, row ? figureOf(row) : say.say("indicators.none"));
      text(name, city.words("indicator." + id) ?? id);
      // Too few for a rate: the raw numbers stand in its place.
      const isRaw = row?.value === null && row.why_not === "few";
      text(small, isRaw ? raw(row) : "");
      show(small, isRaw);
      mark(node, "on", open?.id === id);
      mark(node, "empty", !row || row.value === null);
    });
    text(toggle, say.say(isAll ? "indicators.few" : "indicators.all"));
    show(toggle, others.length > 0 && known.size > 0);
    formula();
  }
  function formula() {
    show(sheet, open !== null);
    if (open === null) return;
    const [top, words, list, foot] = sheet.children, told = open.told?.indicator ?? open.told ?? null, row = told ?? last.rows.get(open.id) ?? {};
    text(top.firstChild, `${open.id} ${city.words("indicator." + open.id) ?? ""}`.trim());
    text(top.lastChild, say.say("indicators.back"));
    text(words, city.words("formula." + open.id) ?? "");
    const lines = [["_value", row.value === null || row.value === undefined ? none(row) : figureOf(row)]];
    if (row.unit === "percent" && row.denominator) lines.push(["_raw", raw(row)]);
    for (const [name, value] of Object.entries(told?.inputs ?? {})) lines.push([name, input(name, value)]);
    rows(list, lines.map(([id]) => id), () => make("div", "", [make("dt"), make("dd")]), (node, id) => {
      const [, value] = lines.find(([one]) => one === id);
      text(node.firstChild, city.words("input." + id) ?? city.words("source." + id) ?? id);
      text(node.lastChild, value);
    });
    const at = told?.at ?? last.scalars.at;
    text(foot, open.failed ? say.say("indicators.no_reply") : told === null ? say.say("indicators.loading") : at == null ? "" : say.say("indicators.at", { t: say.hhmmss(city.toCity(voice.epoch(at))) }));
  }
  const raw = (row) => say.say("indicators.raw", { numerator: row.numerator ?? 0, denominator: row.denominator });
  const none = (row) => city.words("indicators.why." + row.why_not) ?? say.say("indicators.unknowable");
  function figureOf(row) {
    const { value, unit } = row;
    if (value === null || value === undefined) return say.say("indicators.none");
    if (unit === "percent") return say.say("unit.percent", { n: Number(value).toFixed(1) });
    if (unit === "seconds") return value < 3600 ? say.fine(value) : say.coarse(value);
    return Number(value).toLocaleString("en", { maximumFractionDigits: 1 });
  }
  function input(name, value) {
    if (value === null || value === undefined) return say.say("indicators.none");
    if (typeof value === "object") return Object.entries(value).map(([key, one]) => `${city.words("source." + key) ?? key} ${input(key, one)}`).join(" · ");
    if (typeof value !== "number") return String(value);
    if (name.endsWith("_s")) return value < 3600 ? say.fine(value) : say.coarse(value);
    return value.toLocaleString("en", { maximumFractionDigits: 2 });
  }
  return { mend(view) { last = view; redraw(); } };
}
