// 值班日志: what persons wrote and what wrote itself, newest first, with search and corrections; and the day's report.
import { card, each, html, joined, live, mark } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";
import { lineOf } from "../wall/log.js";

const WAIT_MS = 200;

export const mend = card((city, { redraw, face }) => {
  const { say, words, orders, keys } = city;
  let told = /** @type {any[]} */ ([]), total = 0, sought = "", asked = "", timer = 0, tab = "log", hasAnswer = false;
  let report = /** @type {any} */ (null), text = "", day = "", askedReport = "";
  orders.on(redraw);
  keys.on("/", () => show("log", ".search"));
  keys.on("d", () => show("daily", ".report"));
  function show(name, selector) {
    tab = name;
    redraw();
    /** @type {HTMLElement | null} */ (face.querySelector(selector))?.focus();
  }

  async function askLog(revision) {
    if (asked === revision) return;
    asked = revision;
    const answer = await orders.ask("duty_log", { words: sought }).catch(() => null);
    if (asked !== revision) return;
    if (!Array.isArray(answer?.lines)) { asked = ""; return; }
    [told, total, hasAnswer] = [answer.lines, answer.total, true];
    redraw();
  }
  async function askReport(revision) {
    if (askedReport === revision) return;
    askedReport = revision;
    const answer = await orders.ask("daily_report", { day }).catch(() => null);
    if (askedReport !== revision || !answer?.report) return;
    const isNew = report?.day !== answer.report.day;
    report = answer.report;
    if (isNew || !isDirty) take();
    day = report.day;
    redraw();
  }
  // `base`: the version that the text was written on. Somebody else's later one is not overwritten unseen.
  let isDirty = false, base = 0;
  const take = () => { [text, base, isDirty] = [report.text, report.version, false]; };

  return ({ scalars }) => {
    const { entry, line, reports = [] } = scalars;
    askLog(`${entry} ${line} ${sought}`);
    if (tab === "daily") askReport(`${day} ${reports.join()}`);
    return html`<header><h2 class="tabs"><button type="button" class="plain" data-on=${mark(tab === "log")} @click=${() => show("log", ".search")}>${say.say("log.title")}</button
      ><button type="button" class="plain" data-on=${mark(tab === "daily")} @click=${() => show("daily", ".report")}><kbd>D</kbd>${say.say("duty_page.daily.title")}</button></h2>
      <button type="button" ?hidden=${!orders.may("write_entry")} @click=${() => city.dutyEntry?.open(null)}><kbd>F2</kbd>${say.say("duty_page.entry.title")}</button></header>
      ${tab === "log" ? log() : daily()}`;
  };

  function log() {
    const now = city.city();
    return html`<input class="search" type="search" placeholder=${say.say("duty_page.log.search")} .value=${live(sought)} @input=${({ target }) => { clearTimeout(timer); timer = setTimeout(() => { sought = target.value.trim(); redraw(); }, WAIT_MS); }}
        @keydown=${(event) => { if (event.key === "Escape") event.target.blur(); }}>
      <ol class="log" tabindex="0">${each(told.map((one) => one.id), (id, place) => line(told[place], now))}</ol>
      <p class="calm" ?hidden=${told.length > 0 || !hasAnswer}>${say.say(sought ? "duty_page.log.nothing" : "log.empty")}</p>
      <p class="calm" ?hidden=${total <= told.length}>${say.say("duty_page.log.more", { n: total - told.length })}</p>`;
  }
  function line(one, now) {
    if (!one.kind) return html`<li><time>${say.moment(one.at, now)}</time><span>${lineOf(city, one.line)}</span></li>`;
    const refs = (one.refs ?? []).map((ref) => "#" + (one.labels?.[ref] ?? ref));
    return html`<li class="written" data-old=${mark(one.corrected)}><time>${say.moment(one.at, now)}</time><span><b>${say.say("duty_page.kind." + one.kind)}</b> ${one.text} <i>${joined(one.corrects && say.say("duty_page.log.corrects"), one.corrected && say.say("duty_page.log.corrected"), refs.join(" "), orders.short(one.name))}</i>
      <button type="button" class="plain" ?hidden=${one.corrected || !orders.may("write_entry")} @click=${() => city.dutyEntry?.open(one)}>${say.say("duty_page.log.correct")}</button></span></li>`;
  }

  function daily() {
    if (!report) return html`<p class="calm">${say.say("duty_page.daily.asking")}</p>`;
    const now = city.city(), subject = "daily_report:" + report.day;
    return html`<div class="daily"><p class="day"><input type="date" .value=${live(report.day)} @change=${({ target }) => { if (target.value) { day = target.value; isDirty = false; redraw(); } }}><span>${report.saved ? say.say("duty_page.daily.saved", { name: orders.short(report.saved.name), t: say.moment(report.saved.at, now) }) : say.say("duty_page.daily.draft")}</span></p>
      <dl class="figures">${each(Object.keys(report.figures), (key) => html`<div><dt>${say.say("duty.figure." + key)}</dt><dd>${report.figures[key] === "" ? "—" : report.figures[key]}</dd></div>`)}</dl>
      <textarea class="report" maxlength="20000" .value=${live(text)} @input=${({ target }) => { text = target.value; isDirty = true; }} @keydown=${(event) => { if (event.key === "Escape") event.target.blur(); }}></textarea>
      ${refusedLine(city, subject, ["save_daily_report"])}
      ${isDirty && report.version > base ? theirs(now) : ""}
      <p class="ways"><button type="button" class="primary" ?hidden=${!orders.may("save_daily_report")} @click=${() => save(subject)}>${words("verb.save_daily_report")}</button
      ><a href="/duty/daily/${report.day}?lang=${city.page.lang}" target="_blank" rel="noopener">${say.say("duty_page.daily.print")}</a></p></div>`;
  }
  async function save(subject) {
    const sent = text, done = await orders.act("save_daily_report", subject, base, { day: report.day, text, figures: report.figures });
    if (done?.done) [base, isDirty] = [done.done.version, text !== sent];
    redraw();
  }
  // What somebody saved meanwhile, beside one's own text: both stay readable until one is chosen.
  function theirs(now) {
    const { name, at } = report.saved ?? {}, keep = () => { base = report.version; orders.forget("daily_report:" + report.day); redraw(); };
    return html`<section class="theirs"><p>${say.say("duty_page.daily.theirs", { name: orders.short(name ?? ""), t: say.moment(at, now, say.hhmmss) })}</p><pre>${report.text}</pre>
      <p class="ways"><button type="button" @click=${() => { take(); keep(); }}>${say.say("duty_page.daily.use_theirs")}</button
      ><button type="button" @click=${keep}>${say.say("duty_page.daily.keep_mine")}</button></p></section>`;
  }
});
