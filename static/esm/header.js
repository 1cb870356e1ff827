// The header: who, what is in force, what this is not, and the city's clock. The desk's is made of the same parts.
import { card, each, html, joined, mark } from "../js/draw.js";

export const mend = card((city, place) => (view) => {
  const { say, page } = city, now = city.city();
  place.drawn = () => fit(place.face, view.scalars.more ?? 0, city);
  return html`<h1>${city.hello()?.name?.[page.lang] ?? page.title[page.lang] ?? ""}</h1>
    ${level(city)}
    ${flags(city, view, (warning) => say.moment(warning.sent, now))}
    <span class="more"></span>
    ${signs(city, view)}
    ${link(city, "")}
    <span class="date">${Number.isFinite(now) ? say.date(now) : ""}</span>
    ${clock(city)}`;
});

// A warning is shown with its moment or counted, never cut: those that have no room are among the others. What is
// drawn is measured here, so `hidden` of a flag and the words of `more` are no part of the template.
function fit(face, others, { mend: { text, show }, say }) {
  const list = face.querySelector(".flags"), more = face.querySelector(".more"), flags = Array.from(list.children);
  for (let shown = flags.length; shown >= 0; shown -= 1) {
    flags.forEach((flag, place) => show(flag, place < shown));
    const left = others + flags.length - shown;
    text(more, say.say("more.warnings", { n: left }));
    show(more, left > 0);
    if (shown <= 1 || list.scrollWidth <= list.clientWidth) return;
  }
}

/** What no band says: that there is no response. @param {City} city */
export const level = ({ say, card: told }) => html`<span class="level" ?hidden=${(told("level_band")?.scalars.mode ?? "peace") !== "peace"}>${say.say("level.routine")}</span>`;

// A warning in words: our own for a known hazard and colour, else its headline in the page's language.
export function warning(w, city) {
  const hazard = w.hazard !== "other" && city.words("hazard." + w.hazard), colour = city.words("colour." + w.colour);
  if (hazard && colour) return { known: true, words: city.say.say("warning.name", { hazard, colour }) };
  const heads = w.headlines ?? {};
  return { known: false, words: heads[city.page.lang] ?? heads.zh ?? heads.en ?? Object.values(heads)[0] ?? "" };
}

/**
 * What is in force, then what is announced; `time` answers what stands behind a warning's name.
 * @param {City} city @param {View} view @param {(warning: Row) => string} time
 */
export function flags(city, { order, rows }, time) {
  const { say } = city, now = city.city();
  return html`<div class="flags">${each(order, (id) => {
    const w = rows.get(id), { known, words } = warning(w, city);
    const assumed = w.ends === null ? time(w) : say.say("warning.assumed", { t: say.moment(w.ends, now) });
    const when = w.begins === null ? assumed : say.say("warning.announced", { t: say.moment(w.begins, now) });
    return html`<span class="flag" data-colour=${mark(w.colour)} data-known=${mark(known)} data-announced=${mark(w.begins !== null)}><span
      >${[w.exercise && say.say("warning.exercise"), words].filter(Boolean).join(" ")}</span><time>${when}</time></span>`;
  })}</div>`;
}

/** What this is not: a demo, a drill, and how fast its time goes. @param {City} city @param {View} view */
export function signs(city, view) {
  const beat = city.beat(), isFast = beat !== null && beat.rate !== 1;
  const marks = [...new Set([...(city.hello()?.marks ?? []), ...(view.scalars.marks ?? [])])];
  const isPlay = (one) => one === "demo" || one === "drill";
  if (isFast && !marks.some(isPlay)) marks.unshift("demo");
  const fast = isFast ? marks.find(isPlay) : null;
  return html`<div class="marks">${each(marks, (id) =>
    html`<span class="sign">${city.words("mark." + id) ?? id}${id === fast ? ` ×${beat?.rate}` : ""}</span>`)}</div>`;
}

/** What holds back what comes in; `first` goes before it. @param {City} city @param {string} first */
export function link(city, first) {
  const { say } = city, beat = city.beat();
  const late = beat?.feed === "late" ? say.late(beat.feed_since ?? beat.now, city.machine()) : "";
  const down = beat?.log_down ? "link.log_down" : beat?.chain_broken ? "link.chain_broken" : "";
  const told = first || (down ? say.say(down) : late);
  return html`<span class="link" ?hidden=${told === ""}>${told}</span>`;
}

/** Whose page it is: the person with their role; one whom no shift names is told so. @param {City} city */
export function person({ say, words, page, orders }) {
  const { name = "", role = "" } = page.person ?? {}, title = words("role." + role) ?? role;
  const who = name && title && !/[（(]/.test(name) ? say.say("desk.person", { name, role: title }) : say.person(name);
  return joined(who, page.person && !orders.may("comment") && say.say("desk.off_shift"));
}

/** The other language of the same address, and the way out: the form that ends a session is the server's own. @param {City} city */
export function ways({ say, page }) {
  const other = page.lang === "zh" ? "en" : "zh", here = new URL(location.href);
  here.searchParams.set("lang", other);
  return html`<nav><a href=${here.pathname + here.search} lang=${other}>${say.say("page.other_language")}</a
    ><a href="/sign-out?lang=${page.lang}" ?hidden=${page.person === null}>${say.say("desk.sign_out")}</a></nav>`;
}

/** @param {City} city */
export function clock(city) {
  const now = city.city();
  return html`<time class="clock">${Number.isFinite(now) ? city.say.hhmmss(now) : ""}</time>`;
}
