// 快速记录: F2, one letter for the kind, words, # for what it is about, Enter. On the duty page and on the desk.
import { card, each, html, live, mark } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";

const KINDS = { r: "report", o: "order", i: "call_in", c: "call_out", w: "warning", d: "decision", v: "visit", n: "note" };
const SPOKEN = "s", MOST_REFS = 20, WAIT_MS = 150;

export const mend = card((city, { redraw, face }) => {
  const { say, words, orders, keys } = city;
  let shift = "", isOpen = false, kind = "", text = "", refs = /** @type {{ ref: string, label: string }[]} */ ([]);
  let found = /** @type {{ ref: string, label: string }[]} */ ([]), at = 0, sought = /** @type {string | null} */ (null), timer = 0, corrects = 0, back = /** @type {HTMLElement | null} */ (null);
  orders.on(redraw);
  const subject = () => "shift:" + shift;
  const field = () => /** @type {HTMLTextAreaElement | null} */ (face.querySelector("textarea"));
  function open(entry) {
    if (!orders.may("write_entry")) return;
    if (!isOpen) back = focused();
    isOpen = true;
    corrects = entry?.position ?? 0;
    if (entry) [kind, text, refs] = [entry.kind, entry.text, entry.refs.map((ref) => ({ ref, label: ref }))];
    redraw();
    focus();
  }
  // First the letter of the kind, then the words.
  const focus = () => (kind ? field() : /** @type {HTMLElement | null} */ (face.querySelector(".kinds")))?.focus();
  keys.on("F2", () => open(null));
  city.dutyEntry = { open };
  function close() {
    isOpen = false;
    [kind, text, refs, found, sought, corrects] = ["", "", [], [], null, 0];
    redraw();
    back?.focus();
  }

  function onKind(event) {
    const chosen = KINDS[event.key.toLowerCase()];
    if (event.key === "Escape") close();
    else if (chosen && !event.repeat) choose(chosen);
    else if (event.key.toLowerCase() === SPOKEN && !event.repeat && maySpeak()) speak();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  // A spoken order on a level is more than an entry: the card of levels takes it (M10).
  const maySpeak = () => city.deskLevel !== undefined && orders.may("record_verbal_order");
  function speak() {
    close();
    city.deskLevel?.open("verbal");
  }
  function choose(given) {
    kind = given;
    redraw();
    field()?.focus();
  }
  function onText({ target }) {
    text = target.value;
    const asked = /(?:^|\s|[^\w#])#([^\s#]{0,30})$|^#([^\s#]{0,30})$/.exec(text.slice(0, target.selectionStart));
    sought = asked ? asked[1] ?? asked[2] : null;
    clearTimeout(timer);
    if (sought === null) found = [];
    else timer = setTimeout(complete, WAIT_MS, sought);
    redraw();
  }
  async function complete(wanted) {
    const told = await orders.ask("refs", { words: wanted }).catch(() => ({}));
    if (wanted !== sought) return;
    found = (told.refs ?? []).map(({ ref, names }) => ({ ref, label: label(ref, names ?? {}) }));
    at = 0;
    redraw();
  }
  const label = (ref, names) => [names.no, words("incident." + names.incident) ?? names.title, words("task." + names.task), names.agency && city.rows.holder(names.agency),
    words(`class.${names.kind}.${names.code}`) ?? names.label, say.road(names.road)].filter(Boolean).join(" ") || ref;
  function take(one) {
    const input = field();
    if (refs.length < MOST_REFS && !refs.some(({ ref }) => ref === one.ref)) refs = [...refs, one];
    const before = text.slice(0, input?.selectionStart ?? text.length).replace(/#[^\s#]*$/, ""), after = text.slice(input?.selectionStart ?? text.length);
    text = before + after;
    [found, sought] = [[], null];
    redraw();
    input?.focus();
    input?.setSelectionRange(before.length, before.length);
  }
  function onKey(event) {
    if (event.isComposing) return;
    if (found.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
    else if (found.length > 0 && (event.key === "Enter" || event.key === "Tab")) take(found[at]);
    else if (event.key === "Enter" && !event.shiftKey) write();
    else if (event.key === "Escape" && found.length > 0) [found, sought] = [[], null];
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    redraw();
  }
  async function write() {
    if (!kind || !text.trim() || !shift) return;
    const done = await orders.act("write_entry", subject(), 0, { kind, text: text.trim(), refs: refs.map(({ ref }) => ref), ...(corrects ? { corrects } : {}) });
    if (done?.done) close();
    redraw();
  }

  return ({ scalars }) => {
    // With the shift the rights of who is here may change, too.
    if (shift && scalars.shift && shift !== scalars.shift) orders.askVerbs();
    shift = scalars.shift ?? "";
    if (!isOpen) return html``;
    return html`<form class="entry" @submit=${(event) => { event.preventDefault(); write(); }}><header><h2>${say.say(corrects ? "duty_page.entry.correct" : "duty_page.entry.title")}</h2><span class="note">${say.say(kind ? "duty_page.entry.keys" : "duty_page.entry.letter")}</span></header>
      <div class="kinds" tabindex="0" @keydown=${onKind}>${Object.entries(KINDS).map(([letter, one]) => html`<button type="button" tabindex="-1" data-on=${mark(kind === one)} @click=${() => choose(one)}><kbd>${letter.toUpperCase()}</kbd>${say.say("duty_page.kind." + one)}</button>`)}${maySpeak() && !corrects ? html`<button type="button" tabindex="-1" @click=${speak}><kbd>${SPOKEN.toUpperCase()}</kbd>${words("verb.record_verbal_order")}</button>` : ""}</div>
      <textarea rows="2" maxlength="2000" placeholder=${say.say("duty_page.entry.words")} .value=${live(text)} @input=${onText} @keydown=${onKey}></textarea>
      <ol class="found" ?hidden=${found.length === 0}>${each(found.map(({ ref }) => ref), (ref, place) => html`<li data-current=${mark(place === at)} @mousedown=${(event) => { event.preventDefault(); take(found[place]); }}>${found[place].label}</li>`)}</ol>
      <p class="refs" ?hidden=${refs.length === 0}>${each(refs.map(({ ref }) => ref), (ref, place) => html`<button type="button" title=${say.say("duty_page.entry.drop")} @click=${() => { refs = refs.filter((one) => one.ref !== ref); redraw(); }}># ${refs[place].label}</button>`)}</p>
      ${refusedLine(city, subject(), ["write_entry"])}</form>`;
  };
});

/** What has the keyboard, inside the cards too. */
function focused() {
  let active = /** @type {HTMLElement | null} */ (document.activeElement);
  while (active?.shadowRoot?.activeElement) active = /** @type {HTMLElement} */ (active.shadowRoot.activeElement);
  return active;
}
