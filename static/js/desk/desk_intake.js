// Intake: filing a report with the 15-minute clock. Class with search, its filing condition, hazard with a
// reason, danger to life, merging with what is near; not filed only for the reasons of the law.
import { formSpec, mergeLine } from "./desk_acts.js";
import { choice, formOf, typed } from "./desk_forms.js";
import { each, html, live, mark, ref } from "../draw.js";

const MATCHES = 8, DANGERS = ["fire", "crime", "medical", "trapped"], ACCEPT_S = 900, SOON_S = 300, MERGES_AGAIN_MS = 2000;
let classes = /** @type {Promise<any[]> | null} */ (null); // the list is the same for every case of the page

// A refused question has no list; only what was told is kept.
function classesOf(city) {
  classes ??= city.desk.ask("classes", {}).then((reply) => {
    if (!Array.isArray(reply.classes)) throw new Error("no list of classes");
    return reply.classes;
  }).catch((error) => { classes = null; throw error; });
  return /** @type {Promise<any[]>} */ (classes);
}

/**
 * @param {City} city @param {Voice} voice @param {string} mark_ @param {Row} record the case as it was reported
 * @param {(verb: string, args: Record<string, any>) => Promise<Answer> | null} act @param {() => void} redraw
 */
export function intakeOf(city, voice, mark_, record, act, redraw) {
  const { say } = voice, { desk } = city;
  const chosen = { kind: record.kind, code: record.code, line: voice.className(record), standards: /** @type {any[]} */ ([]), standard: "" };
  let search = "", isHazard = record.hazard === true, isHazardTouched = false, reason = "", wrong = "", isFiling = false;
  let list = /** @type {any[] | null} */ (null), isLearning = false, root = /** @type {Element | undefined} */ (undefined);
  let candidates = /** @type {Row[]} */ ([]), isMergeTold = false, isMergeAsking = false, mergesAskedAt = -Infinity;
  let refusing = /** @type {ReturnType<typeof formOf> | null} */ (null);
  const dangers = new Set(), keep = (node) => { root = node; };
  const focus = (selector) => /** @type {HTMLElement | null | undefined} */ (root?.querySelector(selector))?.focus();

  // ---- class and filing condition
  const classLine = (one) => `${voice.classCode(one)} ${voice.className(one)}`;
  const haystack = (one) => `${classLine(one)} ${one.code} ${one.minor ?? ""}`.toLowerCase();
  function matches() {
    const wanted = search.trim().toLowerCase();
    return wanted === "" ? [] : (list ?? []).filter((one) => haystack(one).includes(wanted)).slice(0, MATCHES);
  }
  function take(one) {
    const { kind, code, standards = [] } = one;
    Object.assign(chosen, { kind, code, standards, line: classLine(one) });
    choose(standards[0]?.key ?? "");
  }
  function pickClass(one) {
    search = "";
    take(one);
  }
  function choose(key) {
    chosen.standard = key;
    if (!isHazardTouched) isHazard = ourHazard();
    changed();
  }
  function takeOnEnter(event) {
    if (event.key !== "Enter" || search.trim() === "" || event.isComposing) return;
    event.preventDefault();
    const [first] = matches();
    if (first) pickClass(first);
  }

  // ---- hazard and danger. What the rules make of it unless somebody says otherwise, as in city/commands/cases/filing.py.
  const ourHazard = () => record.hazard === true || (standard() ? standard().hazard === true : classOf()?.hazard === true);
  const classOf = () => list?.find((one) => one.kind === chosen.kind && one.code === chosen.code);
  const standard = () => chosen.standards.find((one) => one.key === chosen.standard);
  const mustReason = () => isHazardTouched && isHazard !== ourHazard();
  function judge(is) {
    isHazard = is;
    isHazardTouched = true;
    changed();
  }
  const endanger = (one) => ({ target }) => {
    if (target.checked) dangers.add(one);
    else dangers.delete(one);
    changed();
  };
  function changed() {
    wrong = "";
    redraw();
  }

  // ---- what is asked until it is told: the classes, and what this report may be merged into
  async function learn() {
    if (list !== null || isLearning) return;
    isLearning = true;
    try { list = await classesOf(city); } catch { return; } finally { isLearning = false; }
    const own = classOf();
    if (own) take(own);
    else redraw();
  }
  async function askMerges() {
    if (isMergeTold || isMergeAsking || performance.now() - mergesAskedAt < MERGES_AGAIN_MS) return;
    isMergeAsking = true;
    mergesAskedAt = performance.now();
    try {
      const reply = await desk.ask("merge", { mark: mark_ });
      isMergeTold = Array.isArray(reply.candidates);
      if (isMergeTold) candidates = reply.candidates;
      redraw();
    } catch { /* no reply: asked again at the tick */ }
    isMergeAsking = false;
  }

  // ---- sending
  function args() {
    const found = { ...(chosen.standard && { standard: chosen.standard }) };
    if (chosen.kind !== record.kind || chosen.code !== record.code) Object.assign(found, { kind: chosen.kind, code: chosen.code });
    if (isHazard !== ourHazard()) Object.assign(found, { hazard: isHazard, ...(reason.trim() && { hazard_reason: reason.trim() }) });
    return dangers.size > 0 ? { ...found, danger: DANGERS.filter((one) => dangers.has(one)) } : found;
  }
  function lack(what, selector) {
    wrong = say("detail.missing", { what });
    redraw();
    focus(selector);
  }
  async function send() {
    if (isFiling) return;
    if (!chosen.code) return lack(say("detail.field.class"), "[type=search]");
    if (mustReason() && reason.trim() === "") return lack(say("detail.hazard_reason"), "[type=text]");
    isFiling = true;
    redraw();
    try { await act("file", args()); } finally {
      isFiling = false;
      redraw();
    }
  }
  function refuse() {
    const spec = refusing === null && formSpec(voice, "reject", record, null, []);
    refusing = spec ? formOf(city, spec, (given) => act("reject", given), leave, redraw) : null;
    redraw();
    refusing?.focus();
  }
  const leave = () => { refusing = null; redraw(); };
  const submit = (event) => { event.preventDefault(); send(); };
  const setSearch = typed((words) => { search = words; redraw(); }), setReason = typed((words) => { reason = words; });
  const verify = () => act("request_verification", {});

  return {
    send,
    merge: () => (candidates.length > 0 ? act("merge", { into: candidates[0].mark }) : null),
    /** @param {Row} row the case as it is now @param {(verb: string) => boolean} may */
    draw(row, may) {
      learn();
      askMerges();
      const due = voice.epoch(row.accept_by ?? (row.next === "accept" ? row.next_at : null)), now = city.city();
      const by = Number.isFinite(due) ? due : voice.epoch(row.at) + ACCEPT_S, colour = by < now ? "red" : by - now <= SOON_S && "yellow";
      const found = matches(), near = new Map(candidates.map((one) => [one.mark, one])), hint = say("detail.hazard_reason");
      // Refusing is a form of its own: forms cannot stand in forms.
      return html`<div class="intake-pane"><form class="form intake" novalidate @submit=${submit} ${ref(keep)}>
        <div class="form-head"><h3>${say("detail.intake")}</h3><span class="clock" data-colour=${mark(colour)}>${
          say("detail.accept_clock", { left: city.say.left(by, now), t: city.say.moment(by, now) })}</span></div>
        ${labelled("class", html`<div class="class-line"><p class="chosen">${chosen.line}</p><input type="search" placeholder=${say("detail.class_search")}
            aria-label=${say("detail.field.class")} .value=${live(search)} @input=${setSearch} @keydown=${takeOnEnter}></div>
          <ul class="matches" ?hidden=${found.length === 0}>${found.map((one) =>
            html`<li><button type="button" @click=${() => pickClass(one)}>${classLine(one)}</button></li>`)}</ul>`)}
        ${labelled("condition", html`<div class="conditions">${each(chosen.standards.map((one) => one.key), (key, place) => {
          const one = chosen.standards[place];
          return html`<button type="button" class="condition" data-standard=${key} data-on=${mark(key === chosen.standard)}
            @click=${() => choose(key)}><span>${one.condition}</span><span class="limit">${voice.limit(one)}</span></button>`;
        })}</div>`)}
        ${labelled("hazard", html`<div class="line">${choice(isHazard, judge, [[false, say("detail.no_hazard")], [true, say("detail.hazard")]])}
          <input type="text" maxlength="200" placeholder=${hint} aria-label=${hint} ?hidden=${!mustReason()} .value=${live(reason)} @input=${setReason}></div>`)}
        ${labelled("danger", html`<div class="line"><div class="many">${DANGERS.map((one) => html`<label><input type="checkbox" .checked=${live(dangers.has(one))}
            @change=${endanger(one)}><span>${voice.code("danger", one)}</span></label>`)}</div></div>
          <p class="warned" ?hidden=${dangers.size === 0}>${say("detail.danger_note")}</p>`)}
        <ul class="merges" ?hidden=${candidates.length === 0}>${each(near.keys(), (id, place) => html`<li><span class="what">${mergeLine(voice, near.get(id))}</span
          ><button type="button" ?hidden=${!may("merge")} @click=${() => act("merge", { into: id })}>${say(place === 0 ? "detail.merge_key" : "detail.merge")}</button></li>`)}</ul>
        <p class="buttons"><button type="submit" class="primary" ?hidden=${!may("file")} ?disabled=${isFiling}>${say("detail.file_key")}</button
          ><button type="button" ?hidden=${!may("request_verification")} @click=${verify}>${voice.verb("request_verification")}</button
          ><button type="button" ?hidden=${!may("reject")} @click=${refuse}>${voice.verb("reject")}</button><span class="wrong">${wrong}</span></p></form>
        <div class="refusing" ?hidden=${refusing === null}>${refusing?.draw()}</div></div>`;
    },
  };

  function labelled(key, inputs) {
    return html`<div class="field"><label class="label">${say("detail.field." + key)}</label><div class="inputs">${inputs}</div></div>`;
  }
}
