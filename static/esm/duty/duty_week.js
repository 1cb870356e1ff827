// 一周排班: who is planned for which post, day and night; edited in place with a reason; CSV and calendar.
import { card, each, head, html, joined, live, mark } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";
import { rowsOfCsv } from "../../js/duty/duty_csv.js";
import { postName } from "../../js/duty/duty_words.js";

export const mend = card((city, { redraw, face }) => {
  const { say, words, orders, keys } = city;
  let view = /** @type {View | null} */ (null), at = /** @type {[number, number] | null} */ (null), isEditing = false;
  let typed = { person: "", deputy: "", text: "" }, faults = /** @type {string[]} */ ([]), loading = /** @type {{ name: string, rows: Record<string, string>[] } | null} */ (null), why = "";
  orders.on(redraw);
  const subject = () => "roster:district";
  const grid = () => /** @type {HTMLElement | null} */ (face.querySelector(".week"));
  keys.on("w", () => { at ??= [0, 0]; redraw(); grid()?.focus(); });

  const cellAt = () => (at ? view?.rows.get(view.order[at[0]])?.cells[at[1]] ?? null : null);
  function move(rows, columns) {
    const [row, column] = at ?? [0, 0], order = view?.order ?? [];
    const next = Math.min(order.length - 1, Math.max(0, row + rows)), cells = view?.rows.get(order[next])?.cells ?? [];
    at = [next, Math.min(cells.length - 1, Math.max(0, column + columns))];
    redraw();
  }
  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  function onKey(event) {
    const by = MOVES[event.key];
    if (event.composedPath()[0] !== event.currentTarget) return;
    if (by) move(by[0], by[1]);
    else if (event.key === "Enter") edit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  function edit() {
    const cell = cellAt();
    if (!cell || !orders.may("override_roster")) return;
    typed = { person: cell.person, deputy: cell.deputy, text: "" };
    isEditing = true;
    redraw();
    /** @type {HTMLInputElement | null} */ (face.querySelector(".override input"))?.select();
  }
  function leave() {
    isEditing = false;
    redraw();
    grid()?.focus();
  }
  async function save(event) {
    event.preventDefault();
    const cell = cellAt(), post = view?.order[at?.[0] ?? -1], person = typed.person.trim(), text = typed.text.trim();
    if (!cell || !post || !person || !text) return;
    const iso = (epoch) => new Date(epoch * 1000).toISOString();
    const done = await orders.act("override_roster", subject(), 0, { post, starts_at: iso(cell.from), ends_at: iso(cell.to), person, deputy: typed.deputy.trim(), reason: text });
    if (done?.done) leave();
    redraw();
  }

  // ---- the CSV: read here, checked by the server at once; the old roster stays unless every row is good
  async function choose({ target }) {
    const [file] = target.files;
    target.value = "";
    if (!file) return;
    const { rows, errors } = rowsOfCsv(await file.arrayBuffer());
    faults = errors.map((one) => joined(place(one), say.say("duty_page.roster.fault." + one.key, one.values)));
    loading = errors.length === 0 ? { name: file.name, rows } : null;
    if (loading) await check(rows);
    redraw();
    /** @type {HTMLElement | null} */ (face.querySelector(".load input"))?.focus();
  }
  async function check(rows) {
    const told = await orders.ask("roster_check", { rows }).catch(() => ({}));
    if (!told.faults?.length) return;
    const now = city.city(), at_ = (epoch) => say.moment(epoch, now);
    faults = told.faults.map((one) => joined(place(one), say.say("duty_page.roster.fault." + one.what,
      { told: one.told, post: one.post && postName(city, one.post), from: at_(one.starts_at), to: at_(one.ends_at) })));
    loading = null;
  }
  const place = ({ row, column }) => say.say("duty_page.roster.at", { row, column });
  async function load(event) {
    event.preventDefault();
    if (!loading || !why.trim()) return;
    const done = await orders.act("load_roster", subject(), 0, { rows: loading.rows, reason: why.trim() });
    if (done?.done) [loading, why] = [null, ""];
    redraw();
  }

  return (given) => {
    view = given;
    const { days = [], gaps } = given.scalars, now = city.city(), lang = city.page.lang;
    const may = orders.may("load_roster");
    return html`${head(say.say("duty_page.roster.title"), gaps > 0 ? say.say("duty_page.roster.gaps", { n: gaps }) : say.say("duty_page.roster.no_gaps"), gaps > 0)}
      <div class="week" tabindex="0" role="grid" style="--days:${days.length}" @keydown=${onKey}><div class="row days" role="row"><span></span>${days.map((day) => html`<span>${say.date(day)}</span>`)}</div>
      ${each(given.order, (post) => line(post, given.order.indexOf(post), given.rows.get(post).cells, days, now))}</div>
      ${isEditing ? override() : ""}${loading ? loadForm() : ""}
      <div class="faults" ?hidden=${faults.length === 0}><p>${say.say("duty_page.roster.old_stays")} <button type="button" class="plain" @click=${() => { faults = []; redraw(); }}>${say.say("desk.good")}</button></p><ol>${faults.map((told) => html`<li>${told}</li>`)}</ol></div>
      ${refusedLine(city, subject(), ["override_roster", "load_roster"])}
      <footer><span class="keys-line">${say.say("duty_page.roster.keys")}</span><span class="ways"><label class="file" ?hidden=${!may}>${say.say("duty_page.roster.load")}<input type="file" accept=".csv,text/csv" @change=${choose}></label
        ><a href="/duty/roster.csv">${say.say("duty_page.roster.csv")}</a><a href="/duty/roster.ics?lang=${lang}">${say.say("duty_page.roster.ics")}</a></span></footer>`;
  };

  function line(post, row, cells, days, now) {
    return html`<div class="row" role="row"><span class="post-name">${postName(city, post)}</span>${days.map((day) => html`<span class="day">${cells.map((cell, column) =>
      (cell.from >= day && cell.from < day + 86400 ? shown(cell, row, column, now) : ""))}</span>`)}</div>`;
  }
  function shown(cell, row, column, now) {
    const isAt = at !== null && at[0] === row && at[1] === column;
    return html`<span class="slot" role="gridcell" data-kind=${cell.kind} data-gap=${mark(cell.gap)} data-over=${mark(cell.override)} data-at=${mark(isAt)} data-past=${mark(cell.to < now)}
      title=${joined(cell.person, cell.deputy && say.say("duty_page.roster.deputy_is", { name: cell.deputy }))}
      @click=${() => { at = [row, column]; redraw(); grid()?.focus(); }} @dblclick=${edit}>${cell.gap ? say.say("duty_page.roster.gap") : orders.short(cell.person)}</span>`;
  }
  function field(name, label) {
    return html`<label><span>${say.say(label)}</span><input type="text" name=${name} maxlength=${name === "text" ? 200 : 60} .value=${live(typed[name])} @input=${({ target }) => { typed = { ...typed, [name]: target.value }; }}></label>`;
  }
  function override() {
    const cell = cellAt(), post = view?.order[at?.[0] ?? -1] ?? "";
    return html`<form class="override" @submit=${save} @keydown=${(event) => { if (event.key === "Escape") leave(); }}><b>${joined(postName(city, post), cell && `${say.day(cell.from)} ${say.hhmm(cell.from)}–${say.hhmm(cell.to)}`)}</b>
      ${field("person", "duty_page.roster.person")}${field("deputy", "duty_page.roster.deputy")}${field("text", "duty_page.roster.reason")}<button type="submit" class="primary">${say.say("duty_page.roster.save")}</button></form>`;
  }
  function loadForm() {
    return html`<form class="override load" @submit=${load} @keydown=${(event) => { if (event.key === "Escape") { loading = null; redraw(); } }}><b>${say.say("duty_page.roster.loading", { name: loading?.name, n: loading?.rows.length })}</b>
      <label><span>${say.say("duty_page.roster.reason")}</span><input type="text" maxlength="200" .value=${live(why)} @input=${({ target }) => { why = target.value; }}></label><button type="submit" class="primary">${words("verb.load_roster")}</button></form>`;
  }
});
