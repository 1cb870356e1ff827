// What visitors see, step by step: what the centre is, today, one story, before and after, readiness for emergencies.
import { card, html, joined, mark } from "../../js/draw.js";

const FUNCTIONS = ["plan", "gather", "watch", "link", "supervise", "share"], DOMAINS = ["facility", "maintenance", "environment", "traffic", "safety", "enforcement"];
const NUMERALS = ["", "Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"], WIDE = 1000, HIGH = 420;

export const mend = card((city) => {
  const { say, words } = city;
  const months = new Intl.DateTimeFormat(city.page.lang === "zh" ? "zh-CN" : "en", { timeZone: city.page.zone, month: "short" });
  const ofList = (list, code) => (list ?? []).find(([name]) => name === code)?.[1] ?? null;
  const clock = (seconds) => `${Math.floor(seconds / 60)}′${String(Math.floor(seconds % 60)).padStart(2, "0")}″`;
  /** @type {(null | ((told: any) => unknown))[]} */
  const slides = [null, centre, today, manhole, curves, emergency];
  return ({ scalars: told }) => {
    const step = city.briefing?.step() ?? 0, slide = slides[step];
    if (told.open !== true || !slide) return html``;
    const { figures } = told;
    return html`<header><span class="centre">${city.page.title[city.page.lang]}</span><span class="signs">${(told.marks ?? []).map((name) => html`<span class="sign">${say.say("briefing.mark." + name)}</span>`)}</span></header>
      <h1>${say.say("briefing.title." + step)}</h1>
      <div class="slide" data-step=${step}>${slide(told)}</div>
      <footer><span>${figures ? say.say("briefing.as_of", { t: moment(figures.as_of) }) : say.say("briefing.no_figures")}</span>
        <ol class="steps">${slides.slice(1).map((_, place) => html`<li data-now=${mark(place + 1 === step)}></li>`)}</ol></footer>`;
  };

  function moment(epoch) { return `${say.date(epoch)} ${say.hhmm(epoch)}`; }
  function cell(given, unit, none = "—") {
    if (!given || (given.value == null && !given.few)) return html`<b class="none">${none}</b>`;
    if (given.few) return html`<b class="none">${say.say("briefing.few")}</b>`;
    return html`<b>${given.value.toLocaleString("en")}${unit ? html`<small>${unit}</small>` : ""}</b>`;
  }

  // ---- 1 what the centre is
  function centre({ figures }) {
    const net = figures?.network;
    return html`<section class="functions"><h2>${say.say("briefing.functions")}</h2><ol>${FUNCTIONS.map((name) => html`<li><b>${say.say("briefing.function." + name)}</b><span>${say.say("briefing.function_is." + name)}</span></li>`)}</ol></section>
      <section class="tiers"><h2>${say.say("briefing.tiers")}</h2><ol>
        <li><span>${say.say("briefing.tier.district")}</span><em>${say.say("briefing.tier_is.district")}</em><b></b></li>
        <li><span>${say.say("briefing.tier.street")}</span><em>${say.say("briefing.tier_is.street")}</em>${cell(ofList(net, "sub_centres"))}</li>
        <li><span>${say.say("briefing.tier.village")}</span><em>${say.say("briefing.tier_is.village")}</em>${cell(ofList(net, "workstations"))}</li></ol>
        <ul class="net">${["agencies", "devices", "cameras"].map((name) => html`<li><span>${say.say("briefing.network." + name)}</span>${cell(ofList(net, name))}</li>`)}</ul></section>
      <section class="domains"><h2>${say.say("briefing.domains")}</h2><ol>${DOMAINS.map((name) => html`<li>${say.say("briefing.domain." + name)}</li>`)}</ol></section>`;
  }

  // ---- 2 today
  function today({ figures, warnings }) {
    if (!figures) return "";
    return html`<section class="flow"><h2>${say.say("briefing.flow")}</h2><ol>
        <li>${cell(figures.by_origin.total)}<span>${say.say("briefing.flow.reported")}</span></li>
        ${figures.flow.map(([name, one]) => html`<li>${cell(one)}<span>${say.say("briefing.flow." + name)}</span></li>`)}</ol></section>
      <section class="rates"><h2>${say.say("briefing.rates")}</h2><ol>${figures.rates.map(([name, one]) => html`<li>${cell(one, "%", say.say("briefing.sample"))}<span>${say.say("briefing.rate." + name)}</span></li>`)}</ol></section>
      ${bars("origin", figures.by_origin.parts)}${bars("domain", figures.by_domain.parts)}
      <section class="weather"><h2>${say.say("briefing.weather")}</h2><p>${warnings?.length > 0
        ? warnings.map(([hazard, colour]) => html`<span class="flag" data-colour=${mark(colour)}>${say.say("briefing.warning", { hazard: words("hazard." + hazard) ?? "", colour: words("colour." + colour) ?? "" })}</span>`)
        : say.say("briefing.no_warning")}</p></section>`;
  }
  function bars(kind, parts) {
    const most = Math.max(1, ...parts.map(([, one]) => one.value ?? 0));
    return html`<section class="bars"><h2>${say.say("briefing.bars." + kind)}</h2><ol>${parts.map(([name, one]) => html`<li><span>${say.say(`briefing.${kind}.${name}`)}</span>
      <i><u style=${`width:${((100 * (one.value ?? 0)) / most).toFixed(1)}%`}></u></i>${cell(one)}</li>`)}</ol></section>`;
  }

  // ---- 3 one story, recorded
  function manhole({ recorded }) {
    const { steps, readings, limit, unit } = recorded.manhole, end = Math.max(readings.at(-1)[0], steps.at(-1).at_s), now = city.briefing.played() * end;
    const most = Math.max(limit, ...readings.map(([, value]) => value)) * 1.2, x = (at) => (at / end) * WIDE, y = (value) => HIGH - (value / most) * HIGH;
    const done = readings.filter(([at]) => at <= now), line = (list) => list.map(([at, value], place) => `${place ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join("");
    return html`<section class="plot"><h2>${say.say("briefing.manhole.reading", { unit })}</h2>
        <div class="chart"><svg viewBox=${`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true"><path class="limit" d=${`M0 ${y(limit).toFixed(1)}H${WIDE}`}></path><path class="line" d=${line(done)}></path><path class="now" d=${`M${x(now).toFixed(1)} 0V${HIGH}`}></path></svg>
        <span class="limit-is" style=${`top:${((100 * y(limit)) / HIGH).toFixed(1)}%`}>${say.say("briefing.manhole.limit", { n: limit, unit })}</span></div>
        ${playLine(now)}</section>
      <section class="told"><h2>${say.say("briefing.manhole.steps")}</h2>${timeline("manhole", steps, now)}</section>${sign("briefing.recorded")}`;
  }
  function playLine(now) {
    return html`<p class="play"><span data-on=${mark(city.briefing.isPlaying())}>${say.say(city.briefing.isPlaying() ? "briefing.playing" : "briefing.paused")}</span><time>${clock(now)}</time></p>`;
  }
  function timeline(name, steps, now) {
    return html`<ol class="timeline">${steps.map((one) => html`<li data-done=${mark(one.at_s <= now)}><time>${clock(one.at_s)}</time><b>${say.say(`briefing.${name}.${one.key}`)}</b><span>${say.say(`briefing.${name}_is.${one.key}`)}</span></li>`)}</ol>`;
  }
  function sign(key) { return html`<p class="recorded">${say.say(key)}</p>`; }

  // ---- 4 before and after
  function curves({ figures }) {
    if (!figures) return "";
    return html`${figures.curves.map(chart)}`;
  }
  function chart(curve) {
    const values = curve.lines.flatMap(([, list]) => list).filter((value) => value !== null), n = curve.starts.length;
    const top = nice(Math.max(1, ...values)), x = (place) => (n > 1 ? (place / (n - 1)) * WIDE : 0), y = (value) => HIGH - (value / top) * HIGH;
    const unit = curve.unit === "percent" ? "%" : "";
    return html`<section class="curve"><h2>${say.say("briefing.curve." + curve.key)}</h2>
      ${values.length === 0 ? html`<p class="calm">${say.say("briefing.curve.no_data")}</p>` : html`<p class="legend">${curve.lines.map(([code]) => html`<span data-line=${code}>${say.say("briefing.line." + code)}</span>`)}</p>
      <div class="chart"><svg viewBox=${`0 0 ${WIDE} ${HIGH}`} preserveAspectRatio="none" aria-hidden="true"><path class="grid" d=${`M0 ${HIGH}H${WIDE}M0 ${HIGH / 2}H${WIDE}M0 0H${WIDE}`}></path><path class="line" data-line=${curve.lines[0]?.[0] ?? ""} d=${drawn(curve.lines[0], x, y)}></path><path class="line" data-line=${curve.lines[1]?.[0] ?? ""} d=${drawn(curve.lines[1], x, y)}></path></svg>
      <ol class="ticks">${[top, top / 2, 0].map((value) => html`<li>${value.toLocaleString("en")}${unit}</li>`)}</ol></div>
      <ol class="months">${curve.starts.map((start, place) => html`<li>${place % 2 === 0 || n <= 6 ? month(start) : ""}</li>`)}</ol>`}
      <p class="note">${joined(curve.recorded && say.say("briefing.recorded"), say.say("briefing.curve_is." + curve.key))}</p></section>`;
  }
  function drawn(line, x, y) {
    let isDown = false;
    return (line?.[1] ?? []).map((value, place) => {
      if (value === null) { isDown = false; return ""; }
      const move = isDown ? "L" : "M";
      isDown = true;
      return `${move}${x(place).toFixed(1)} ${y(value).toFixed(1)}`;
    }).join("");
  }
  function nice(most) {
    const unit = 10 ** Math.floor(Math.log10(most));
    return [1, 2, 4, 5, 6, 8, 10].map((n) => n * unit).find((one) => one >= most) ?? most;
  }
  function month(epoch) { return months.format(new Date(epoch * 1000)); }

  // ---- 5 readiness for emergencies
  function emergency({ figures, recorded }) {
    const { steps } = recorded.exercise, now = city.briefing.played() * steps.at(-1).at_s, plan = figures?.plan ?? [];
    const most = Math.max(1, ...plan.map(([, one]) => one.value ?? 0));
    return html`<section class="plan"><h2>${say.say("briefing.plan")}</h2>${plan.length === 0 ? html`<p class="calm">${say.say("briefing.plan.none")}</p>` : html`<ol>${plan.map(([rank, one]) => html`<li><span>${say.say("briefing.plan.level", { level: NUMERALS[rank] })}</span>
        <i><u style=${`width:${((100 * (one.value ?? 0)) / most).toFixed(1)}%`}></u></i>${cell(one, say.say("briefing.plan.tasks"))}</li>`)}</ol>`}
        <p class="note">${say.say("briefing.plan_is")}</p></section>
      <section class="told"><h2>${say.say("briefing.exercise.steps")}<span class="sign">${say.say("briefing.mark.drill")}</span></h2>${timeline("exercise", steps, now)}${playLine(now)}</section>${sign("briefing.recorded_exercise")}`;
  }
});
