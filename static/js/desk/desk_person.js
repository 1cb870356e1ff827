// The reporter: masked, and shown for a minute to who says what for. Every look is a fact of the case.
import { html, live, nothing, ref } from "../draw.js";
import { typed } from "./desk_forms.js";

const SHOWN_MS = 60000, PURPOSES = ["call_back", "contact", "on_site", "other"], FIELDS = ["name", "phone", "address"];

/**
 * @param {City} city @param {Voice} voice @param {(verb: string, args: Record<string, any>) => Promise<Answer> | null} act
 * @param {() => void} redraw
 */
export function personOf(city, voice, act, redraw) {
  const { say } = voice;
  let isAsking = false, isOther = false, why = "", isSending = false;
  let told = /** @type {{ person: Record<string, string>, purpose: string, at: number } | null} */ (null);
  let until = 0, timer = 0, shown = /** @type {Element | undefined} */ (undefined);
  const keep = (node) => { shown = node; };

  async function send(purpose) {
    const text = why.trim();
    if (isSending || (purpose === "other" && text === "")) return;
    isSending = true;
    try {
      const answer = await act("reveal", { purpose, ...(purpose === "other" && { text }) });
      if (!answer?.done?.person) return;
      told = { person: answer.done.person, purpose, at: city.city() };
      until = performance.now() + SHOWN_MS;
      timer = setTimeout(() => { drop(); redraw(); }, SHOWN_MS);
      close();
      redraw();
    } finally { isSending = false; }
  }
  // What was shown leaves the page and is not only hidden, whatever stands in the pane by then and whether it can be drawn.
  function drop() {
    clearTimeout(timer);
    told = null;
    shown?.remove();
  }
  function close() {
    isAsking = isOther = false;
    why = "";
  }
  function choose(purpose, button) {
    if (purpose !== "other" || isOther) return send(purpose);
    isOther = true;
    redraw();
    button.parentNode.querySelector("input").focus();
  }
  function sendOnEnter(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    send("other");
  }
  const toggle = () => { isAsking = !isAsking; redraw(); };
  const type = typed((words) => { why = words; });
  const names = (person) => [...FIELDS.filter((name) => person[name]), ...Object.keys(person).filter((name) => !FIELDS.includes(name) && typeof person[name] === "string" && person[name])];
  const masked = (person) => say("detail.reporter", { who: typeof person === "string" ? person : names(person).map((name) => person[name]).join(" ") });

  return {
    drop,
    /** @param {Row} record @param {boolean} mayLook */
    draw({ reporter }, mayLook) {
      if (!mayLook) close();
      const left = Math.ceil((until - performance.now()) / 1000), hint = say("detail.purpose_text");
      if (told !== null && left <= 0) drop();
      return html`<div class="person-pane" ?hidden=${!reporter && told === null}>
        <p class="person"><span class="masked">${reporter ? masked(reporter) : ""}</span
          ><button type="button" ?hidden=${!mayLook || told !== null} @click=${toggle}>${say("detail.look")}</button></p>
        <div class="purpose" ?hidden=${!isAsking}><span class="label">${say("detail.field.purpose")}</span>${PURPOSES.map((purpose) =>
            html`<button type="button" @click=${({ target }) => choose(purpose, target)}>${voice.code("purpose", purpose)}</button>`)}<input type="text"
          maxlength="200" placeholder=${hint} aria-label=${hint} ?hidden=${!isOther} .value=${live(why)} @input=${type} @keydown=${sendOnEnter}></div>
        ${told === null ? nothing : revealed(told, left)}</div>`;
    },
  };

  function revealed({ person, purpose, at }, left) {
    return html`<div class="revealed" ${ref(keep)}>${names(person).map((name) =>
        html`<p class="value"><span>${voice.words("code.fields." + name) ?? name}</span><b>${person[name]}</b></p>`)}
      <p class="note">${say("detail.revealed_note", { t: city.say.hhmmss(at), purpose: voice.code("purpose", purpose), n: left })}</p></div>`;
  }
}
