// Who is on duty: my own post with its keys, the posts and seats now and next, sub-centres, workstations, the call-out test.
import { card, each, head, html, joined, live, mark } from "../../js/draw.js";
import { contacts, dial } from "../../js/duty/duty_calls.js";
import { refusedLine } from "../../js/duty/duty_orders.js";
import { postName } from "../../js/duty/duty_words.js";

const LEAVES = [10, 20, 30]; // minutes of a short leave; the limit is 30
const MOST_FOUND = 8;

export const mend = card((city, { redraw, face }) => {
  const { say, words, orders, keys, page } = city;
  let view = /** @type {View | null} */ (null), isLeaving = false, isCalling = false, sought = "";
  orders.on(redraw);
  contacts(city).on(redraw);

  const told = () => view?.scalars ?? {};
  const subject = () => "shift:" + (told().shift?.id ?? told().next?.id ?? "");
  const name = page.person?.name ?? "", me = page.person?.person_mark ?? "";
  // My post: where I signed in, else the first that the roster has for me in this shift or in the next.
  function own() {
    const rows = (view?.order ?? []).map((key) => ({ key, ...view?.rows.get(key) }));
    return rows.find((row) => row.person_mark && row.person_mark === me) ?? rows.find((row) => row.next_person_mark && row.next_person_mark === me)
      ?? rows.find((row) => name && [row.person, row.deputy].includes(name)) ?? rows.find((row) => name && [row.next, row.next_deputy].includes(name)) ?? null;
  }
  const isHere = (row) => row !== null && row.person_mark === me && row.shown !== "signed_out";
  const buttons = {
    s: { verb: "sign_in", may: (row) => row !== null && !isHere(row) && row.next_person_mark !== me },
    l: { verb: "go_away", may: (row) => isHere(row) && row.shown === "present" },
    b: { verb: "come_back", may: (row) => isHere(row) && row.shown === "away" },
    o: { verb: "sign_out", may: (row) => isHere(row) || left() !== null },
  };
  const left = () => told().left?.[me] ?? null;
  /** The subject of a verb and its version: who left no shift that is over signs out of that one. */
  function aim(row, verb) {
    if (verb === "sign_out" && left()) return { subject: "shift:" + left().shift, version: left().version, post: left().post };
    const isPlanned = [row.person, row.deputy].includes(name), isNext = verb === "sign_in" ? !isPlanned && [row.next, row.next_deputy].includes(name) : row.person_mark !== me;
    const shift = isNext ? told().next : told().shift;
    return { subject: "shift:" + shift?.id, version: shift?.version ?? 0, post: row.key };
  }
  function order(verb, given = {}) {
    const row = own();
    if ((!row && !left()) || !orders.isLive()) return;
    const { subject, version, post } = aim(row, verb);
    orders.act(verb, subject, Math.max(version, orders.version(subject)), { post, ...given })?.then(() => orders.askVerbs());
    isLeaving = false;
    redraw();
  }
  function pressed(key) {
    const row = own(), { verb, may } = buttons[key];
    if (!orders.may(verb) || !may(row)) return;
    if (verb === "go_away") {
      isLeaving = !isLeaving;
      redraw();
    } else order(verb);
  }
  for (const key of Object.keys(buttons)) keys.on(key, () => pressed(key));
  LEAVES.forEach((minutes, place) => keys.on(String(place + 1), () => { if (isLeaving) order("go_away", { minutes }); }));
  keys.on("c", () => {
    isCalling = true;
    redraw();
    /** @type {HTMLElement | null} */ (face.querySelector(".directory input"))?.focus();
  });
  keys.on("k", () => startCallOut());
  function startCallOut() {
    if (orders.may("start_call_out") && orders.isLive() && told().call_out?.running !== true && told().kept)
      orders.act("start_call_out", subject(), 0, {});
  }

  return (given) => {
    view = given;
    const now = city.city(), { shift, next, kept } = told(), row = own();
    const span = (one) => (one ? say.say("duty_page.shift_span", { kind: say.say("shift." + one.kind), from: say.hhmm(one.starts_at), to: say.hhmm(one.ends_at) }) : "");
    return html`${head(joined(say.say("duty_page.board"), span(shift)), next ? say.say("duty_page.next_shift", { shift: span(next) }) : "")}
      ${mine(row)}
      <p class="calm" ?hidden=${kept !== false}>${say.say("duty_page.not_kept")}</p>
      <div class="posts-table" role="table"><div class="labels" role="row"><span>${say.say("duty_page.post")}</span><span>${say.say("duty_page.now")}</span
        ><span>${say.say("duty_page.next")}</span><span></span></div>
      ${each(given.order, (key) => post(key, given.rows.get(key), now))}</div>
      ${nodes()}${callOut(now)}${directory()}`;
  };

  function mine(row) {
    const state = row ? joined(postName(city, row.key), say.say("duty_page.state." + (row.person_mark === me ? row.shown : row.next_person_mark === me ? "present" : "planned"))) : say.say("duty_page.no_post");
    const shown = Object.entries(buttons).filter(([, { verb, may }]) => orders.may(verb) && may(row));
    const subjects = [...new Set([left()?.shift, told().shift?.id, told().next?.id].filter(Boolean).map((id) => "shift:" + id))];
    const before = left() ? say.say("duty_page.still_at", { post: postName(city, left().post) }) : "";
    return html`<div class="own"><p><b>${say.say("duty_page.mine")}</b><span>${name ? joined(state, before) : say.say("duty_page.nobody")}</span></p>
      <p class="buttons">${each(shown.map(([key]) => key), (key) => html`<button type="button" data-key=${key} @click=${() => pressed(key)}><kbd>${key.toUpperCase()}</kbd>${words("verb." + buttons[key].verb)}</button>`)}
      ${isLeaving ? LEAVES.map((minutes, place) => html`<button type="button" class="minutes" @click=${() => order("go_away", { minutes })}><kbd>${place + 1}</kbd>${say.say("unit.m", { n: minutes })}</button>`) : ""}</p>
      ${subjects.map((subject) => refusedLine(city, subject, ["sign_in", "go_away", "come_back", "sign_out", "call", "pass_authority"]))}</div>`;
  }

  function post(key, row, now) {
    const who = row.holder || row.person || "—";
    const state = row.shown === "empty" ? joined(say.say("duty_page.empty", { t: say.coarse(Math.max(0, now - row.since)) }), row.is_called && say.say("duty_page.called"))
      : row.shown === "away" ? say.say("duty_page.away", { t: row.away_until === null ? "" : say.moment(row.away_until, now) })
      : say.say("duty_page.state." + row.shown);
    return html`<div class="post" role="row" data-shown=${row.shown} data-colour=${mark(row.colour)} data-key=${key}><span class="what">${postName(city, key)}</span
      ><span class="who"><b>${orders.short(who)}</b><span class="state">${state}</span></span
      ><span class="after">${row.next ? orders.short(row.next) : row.next_gap ? say.say("duty_page.gap") : ""}${row.next_person_mark ? html`<span class="state">${say.say("duty_page.state.present")}</span>` : ""}</span
      ><span class="acts">${passes(key, row, now)}${dial(city, call, key, postName(city, key))}</span></div>`;
  }
  // A leader who is absent for ten minutes: one tap gives the authority to the deputy.
  function passes(key, row, now) {
    if (row.passes_from === null || now < row.passes_from || !orders.may("pass_authority")) return "";
    const pass = () => orders.act("pass_authority", subject(), Math.max(told().shift?.version ?? 0, orders.version(subject())), { post: key });
    return html`<button type="button" @click=${pass}>${say.say("duty_page.pass_authority")}</button>`;
  }
  function call(key, answered) {
    orders.act("call", subject(), 0, { to: key.includes(":") ? key : "person:" + key, ...(answered === undefined ? {} : { answered }) });
  }

  function nodes() {
    const { streets_on_post: on, streets, streets_away: away = [], workstations_online: online, workstations, unanswered } = told();
    const names = away.map((code) => words("street." + code) ?? code).join(say.say("list.comma"));
    return html`<div class="nodes"><p><span>${say.say("duty_page.sub_centres")}</span><b>${on == null ? "—" : `${on}/${streets ?? "—"}`}</b
      ><span class="loud">${names}</span></p><p><span>${say.say("duty_page.workstations")}</span><b>${online == null ? "—" : `${count(online)}/${workstations == null ? "—" : count(workstations)}`}</b
      ><span class="loud">${unanswered > 0 ? say.say("duty.unanswered", { n: unanswered }) : ""}</span></p></div>`;
  }
  function callOut(now) {
    const { call_out: test, kept } = told();
    const clock = test && test.running ? say.left(test.limit_at, now) : test ? say.moment(test.ended_at ?? test.limit_at, now) : "";
    const silent = (test?.silent ?? []).map((code) => words("workstation." + code) ?? code);
    return html`<div class="call-out"><p><b>${say.say("duty_page.call_out.title")}</b><span>${test ? joined(say.say("duty_page.call_out.result", { n: test.answered, of: test.called }),
        test.late > 0 && say.say("duty_page.call_out.late", { n: test.late }), clock) : say.say("duty_page.call_out.none")}</span
      ><button type="button" ?hidden=${!orders.may("start_call_out") || !kept} ?disabled=${Boolean(test?.running)} @click=${startCallOut}><kbd>K</kbd>${words("verb.start_call_out")}</button></p>
      <p class="loud" ?hidden=${silent.length === 0}>${say.say("duty_page.call_out.silent", { names: silent.join(say.say("list.comma")) })}</p>
      ${refusedLine(city, subject(), ["start_call_out"])}</div>`;
  }

  // Whom one may call beside the seats: units, streets and villages, found by their names.
  function directory() {
    const all = contacts(city).all();
    if (all.length === 0 || !orders.may("call")) return "";
    const found = isCalling ? all.filter((one) => !sought || (one.name + one.key).includes(sought)).slice(0, MOST_FOUND) : [];
    return html`<div class="directory"><p><b>${say.say("duty_page.directory")}</b><input type="search" placeholder=${say.say("duty_page.find_contact")} .value=${live(sought)}
        @focus=${() => { isCalling = true; redraw(); }} @input=${({ target }) => { sought = target.value.trim(); redraw(); }}
        @keydown=${(event) => { if (event.key === "Escape") { isCalling = false; event.target.blur(); redraw(); } }}><kbd>C</kbd></p>
      <ol ?hidden=${found.length === 0}>${each(found.map((one) => one.key), (key) => html`<li><span>${all.find((one) => one.key === key)?.name}</span>${dial(city, call, key, "")}</li>`)}</ol></div>`;
  }
});
const count = (n) => n.toLocaleString("en");
