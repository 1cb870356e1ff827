// 响应级别 on the desk: what is in force, what waits for its two approvals, and F6 to propose, to record a spoken order or
// the city's level. What a change would start is asked of the server and shown before anything is confirmed.
import { formOf } from "../../js/desk/desk_forms.js";
import { card, each, html, joined, mark, nothing, press } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";
import { relaxationsOf } from "../../js/desk/desk_relaxations.js";
import { dryRuns, LEVELS, measured, nameOf, needOf, pastMoment, pressable, runLine, whenSilent } from "../../js/emergency/level_words.js";

const DAY_MIN = 1440;
const STEPS = { propose: "propose_level", verbal: "record_verbal_order", city: "record_city_level" };
const VERBS = ["propose_level", "approve_level", "refuse_level", "record_verbal_order", "confirm_verbal_order", "record_city_level"];

export const mend = card((city, { face, redraw }) => {
  const { say, words, orders, keys } = city;
  let told = /** @type {Record<string, any>} */ ({}), isOpen = false;
  let step = "", rank = /** @type {number | null} */ (null), isDrill = false, of = ""; // what is being done, to which level, on which row
  let form = /** @type {ReturnType<typeof formOf> | null} */ (null);
  const runOf = dryRuns(city, redraw), mayOf = pressable(city, redraw), relaxations = relaxationsOf(city, redraw);
  orders.on((made) => { if (made === null || /^(response|relaxation):/.test(made.subject)) redraw(); });
  keys.on("F6", () => (isOpen ? close() : open("")));
  city.deskLevel = { open };

  const mayAct = () => Object.values(STEPS).some((verb) => orders.may(verb));
  /** @param {string} which '' or one of the steps */
  function open(which) {
    isOpen = true;
    if (!mayAct()) { // a shift may have begun since the page asked what its person may do
      redraw();
      orders.askVerbs().then(() => { if (isOpen && mayAct()) open(which); });
      return;
    }
    if (which) begin(which);
    redraw();
    /** @type {HTMLElement | null} */ (face.querySelector(which ? ".ranks button" : ".acts button"))?.focus();
  }
  function close() {
    isOpen = false;
    leave();
  }
  function leave() {
    [step, rank, isDrill, of, form] = ["", null, false, "", null];
    redraw();
  }
  function begin(which) {
    [step, rank, isDrill, of, form] = [which, null, false, "", null];
    redraw();
  }
  const subject = () => "response:" + (step === "city" ? told.city : isDrill ? told.drill : told.response);
  const version = (name, known) => Math.max(orders.version(name), known ?? 0);
  const rankNow = () => (step === "city" ? told.city_rank : isDrill ? 0 : told.rank) ?? 0;

  // ---- the dry run, shown before anything is confirmed
  const dry = (run) => html`<p class="run" data-known=${mark(run !== null)}><b>${say.say("levels.run")}</b><span>${run === null ? say.say("levels.run.asking") : runLine(city, run)}</span></p>`;

  // ---- forms: what is told after the level was chosen
  function choose(to) {
    rank = to;
    const level = words("level." + LEVELS[to]) ?? "", down = to < rankNow();
    const text = { name: "text", kind: /** @type {const} */ ("area"), label: say.say(step === "city" ? "levels.notice" : "levels.why"), required: step === "city" || down };
    const spoken = [
      { name: "person", kind: /** @type {const} */ ("text"), label: say.say("levels.who"), required: true },
      { name: "words", kind: /** @type {const} */ ("area"), label: say.say("levels.said"), required: true },
      { name: "given_at", kind: /** @type {const} */ ("text"), label: say.say("levels.at"), required: true, value: say.hhmm(city.city()) },
      { name: "voice_ref", kind: /** @type {const} */ ("text"), label: say.say("levels.voice") },
    ];
    form = formOf(city, { key: step, title: say.say(`levels.${step}.title`, { level }), fields: step === "verbal" ? spoken : [text], submit: say.say(`levels.${step}.submit`, { level }) }, send, leave, redraw);
    redraw();
    form.focus();
  }
  function send(args) {
    const name = subject(), known = step === "city" ? told.city_version : isDrill ? told.drill_version : told.version;
    if ("given_at" in args) args.given_at = pastMoment(args.given_at, say.hhmm(city.city()), city.city(), DAY_MIN);
    return orders.act(STEPS[step], name, version(name, known), { rank, ...args });
  }
  function ask(which, row, fields) {
    [step, of, form] = [which, row.response ?? "level", null];
    const name = "response:" + (row.response ?? told.response);
    const verb = which === "refuse" ? "refuse_level" : "confirm_verbal_order", more = which === "refuse" ? { proposal: row.id } : {};
    form = formOf(city, { key: which, title: words("verb." + verb) ?? verb, fields, submit: words("verb." + verb) ?? verb },
      (args) => orders.act(verb, name, version(name, row.version ?? told.version), { ...more, ...args }), leave, redraw);
    redraw();
    form.focus();
  }
  const refuse = (row) => ask("refuse", row, [{ name: "text", kind: "area", label: say.say("levels.why") }]);
  const confirm = (row) => ask("confirm", row, [{ name: "text", kind: "text", label: say.say("levels.paper"), required: true }]);
  function approve(row) {
    const name = "response:" + row.response;
    orders.act("approve_level", name, version(name, row.version), { proposal: row.id });
  }

  return (view) => {
    told = view.scalars;
    const { order, rows } = view, waiting = order.filter((id) => id.startsWith("p:")), levels = order.filter((id) => id.startsWith("l:"));
    const best = Math.max(told.rank ?? 0, ...waiting.map((id) => rows.get(id).rank)), more = told.suggested > best;
    if (of && of !== "level" && !waiting.includes("p:" + of)) leave();
    if (!isOpen && order.length === 0 && !more && !told.relaxed?.length) return html``;
    return html`<section class="levels"><div class="bar"><button type="button" class="toggle" aria-expanded=${String(isOpen)} @click=${() => (isOpen ? close() : open(""))}><kbd>F6</kbd>${say.say("levels.title")}</button
      ><span class="note">${joined(levels.length === 0 && say.say("levels.none"), more && say.say("levels.suggested", { level: words("level." + LEVELS[told.suggested]), why: told.by.map(nameOf(city)).join(say.say("list.comma")) }))}</span></div>
      ${each(waiting, (id) => proposal(rows.get(id)))}${each(levels, (id) => level(rows.get(id)))}${relaxations(told, isOpen)}${isOpen ? acts() : nothing}
      ${["response", "city", "drill"].map((one) => refusedLine(city, "response:" + told[one], VERBS))}</section>`;
  };

  function level(row) {
    const now = city.city(), isDue = !row.written && row.write_by !== null, street = words("street." + row.jurisdiction);
    const who = row.decided === "verbal" ? say.say("levels.spoken", { role: words("role." + row.by_title) ?? "", who: say.person(row.recorded_by) }) : row.decided === "approved" ? say.person(row.by) : words("levels.decided." + row.decided);
    return html`<div class="level" data-rank=${row.rank}><p><b>${joined(row.is_exercise && say.say("levels.drill"), street, words("level." + LEVELS[row.rank]))}</b><span>${joined(say.say("levels.since", { t: say.moment(row.since, now) }), who,
      row.city_rank > 0 ? say.say("levels.city", { level: words("level." + LEVELS[row.city_rank]) }) : say.say("levels.city_none"))}</span
      >${isDue ? html`<em data-colour=${mark(now > row.write_by ? "red" : "orange")}>${say.say("levels.write", { left: say.left(row.write_by, now) })}</em>` : nothing}${isDue && orders.may("confirm_verbal_order") ? html`<button type="button" @click=${() => confirm({})}>${words("verb.confirm_verbal_order")}…</button>` : nothing}</p>
      ${step === "confirm" ? form?.draw() ?? nothing : nothing}</div>`;
  }

  function proposal(row) {
    const now = city.city(), name = "response:" + row.response, run = runOf(row.response, row.rank, row.version);
    const given = row.needs.filter(({ at }) => at !== null).length, isBusy = orders.isBusy(name) || !orders.isLive();
    const mine = mayOf(row.response, row.id, `${row.version} ${given}`);
    const basis = joined(...row.warnings.map(nameOf(city)), ...row.measures.map(measured(city)));
    const to = words("level." + LEVELS[row.rank]), from = row.rank_before > 0 && words("level." + LEVELS[row.rank_before]);
    return html`<div class="proposal" data-id=${row.id}><p class="what"><b>${joined(row.response.endsWith("/exercise") && say.say("levels.drill"), words("street." + row.response.split("/")[0]), [from, to].filter(Boolean).join(" → "))}</b
      ><span>${row.is_verbal ? say.say("levels.effective", { left: say.left(row.write_by, now) }) : say.say("levels.by", { who: say.person(row.by) || words("role.system") })}</span><em data-colour=${mark(row.called.length > 0 && "orange")}>${whenSilent(city, row, now)}</em></p>
      <p class="basis" ?hidden=${!basis}>${say.say("levels.basis", { basis })}</p>
      <p class="needs">${row.needs.map((need) => html`<span data-given=${mark(need.at !== null)}>${needOf(city, need, now)}</span>`)}</p>
      ${dry(run)}
      <p class="do">${mine?.approve ? html`<button type="button" class="primary" ?disabled=${isBusy || run === null} ${press(row, approve)}>${say.say("levels.approve", { level: to, n: given + 1, of: row.needs.length })}</button>` : nothing}${
        mine?.refuse ? html`<button type="button" ?disabled=${isBusy} @click=${() => refuse(row)}>${words("verb.refuse_level")}…</button>` : nothing}</p>
      ${step === "refuse" && of === row.response ? form?.draw() ?? nothing : nothing}</div>`;
  }

  function acts() {
    if (!mayAct()) return html`<p class="note">${say.say("levels.may_not")}</p>`;
    const isRank = step in STEPS, before = rankNow(), lowest = step === "city" || isDrill ? 0 : told.city_rank ?? 0;
    const ranks = [4, 3, 2, 1, 0].filter((one) => one !== before && one >= lowest);
    const about = step === "city" ? told.response : subject().slice(9), lifts = step !== "city" || (rank ?? 0) > (told.rank ?? 0);
    const run = isRank && rank !== null && lifts ? runOf(about, rank, told.version) : null;
    return html`<p class="acts">${Object.entries(STEPS).filter(([, verb]) => orders.may(verb)).map(([one, verb]) => html`<button type="button" data-on=${mark(step === one)} @click=${() => begin(one)}>${words("verb." + verb)}</button>`)}</p>
      ${isRank ? html`<p class="ranks"><span>${say.say("levels.to")}</span>${ranks.map((one) => html`<button type="button" data-on=${mark(rank === one)} @click=${() => choose(one)}>${words("level." + LEVELS[one])}</button>`)}${
        step === "propose" ? html`<label><input type="checkbox" .checked=${isDrill} @change=${({ target }) => { [isDrill, rank, form] = [target.checked, null, null]; redraw(); }}>${say.say("levels.as_drill")}</label>` : nothing}</p>` : nothing}
      ${isRank && rank !== null && lifts ? dry(run) : nothing}
      ${isRank && rank !== null && run !== null && step !== "city" ? html`<p class="needs"><span>${say.say("levels.needs", { who: run.needs.map((need) => need.map((one) => words("role." + one)).join("/")).join(" + ") })}</span></p>` : nothing}
      ${isRank && rank !== null && (run !== null || !lifts) ? form?.draw() ?? nothing : nothing}`;
  }
});
