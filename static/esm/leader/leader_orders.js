// 我的批示: the reader's own orders and how far they are, with one tap to chase; below, the forms of a new order and
// of an order to relocate, the record of a visit on site, and the way to the hand-over. What was typed is asked for, for this person alone.
import { card, each, html, joined, live, mark, press } from "../../js/draw.js";
import { visitOf } from "../../js/leader/leader_visit.js";

const GROUPS = ["sea_wall_outside", "site_shed", "dangerous_house", "low_lying", "fishery", "ship_crew", "other"];
const CHASED = new Set(["issued", "delivered", "acknowledged", "set_out", "arrived"]);

export const mend = card((city, place) => {
  const { say, words, orders, rows: { holder } } = city, { redraw } = place, own = () => city.page.person?.person_mark ?? "";
  let texts = /** @type {Record<string, string>} */ ({}), asked = "", open = "", why = "";
  const order = { agency: "", text: "", priority: "P1" }, relocation = { streets: /** @type {Set<string>} */ (new Set()), groups: new Set(["sea_wall_outside"]), until: "" };
  const visit = visitOf(city, redraw);
  orders.on(redraw);
  const streets = () => city.page.streets, streetOf = (code) => words("street." + code) ?? code;

  async function askTexts(ids) {
    const wanted = ids.join();
    if (wanted === asked) return;
    asked = wanted;
    texts = (await orders.ask("my_orders", {}).catch(() => ({ texts }))).texts ?? texts;
    redraw();
  }
  function toggle(name) {
    [open, why] = [open === name ? "" : name, ""];
    redraw();
  }
  function goOnSite() {
    toggle("visit");
    if (open === "visit") visit.locate();
  }
  async function send(event, verb, subject, args) {
    event.preventDefault();
    const answer = await orders.act(verb, subject, 0, args);
    if (answer?.done) [open, why, order.text] = ["", "", ""];
    else if (answer?.refused) why = orders.refusal(answer.refused);
    redraw();
  }

  return (view) => {
    const ids = view.order.filter((id) => view.rows.get(id).by_mark === own()), done = ids.filter((id) => view.rows.get(id).is_over || ["done", "verified"].includes(view.rows.get(id).state));
    askTexts(ids);
    const carrier = view.scalars.carrier ?? "";
    return html`<header><h2>${say.say("leader.orders")}</h2><span class="note">${ids.length > 0 ? say.say("leader.orders_count", { n: ids.length, done: done.length }) : say.say("leader.no_orders")}</span>
      <span class="acts"><button type="button" ?hidden=${!carrier || !orders.may("issue_task")} aria-expanded=${String(open === "order")} @click=${() => toggle("order")}>${say.say("leader.new_order")}</button
        ><button type="button" ?hidden=${!orders.may("order_relocation")} aria-expanded=${String(open === "relocation")} @click=${() => toggle("relocation")}>${say.say("leader.new_relocation")}</button
        ><button type="button" ?hidden=${!orders.may("record_visit")} aria-expanded=${String(open === "visit")} @click=${goOnSite}>${say.say("visit.title")}</button
        ><button type="button" @click=${() => city.leader.openHandover?.()}>${say.say("leader.handover")}</button></span></header>
      <ol ?hidden=${open !== ""}>${each(ids, (id) => row(id, view.rows.get(id)))}</ol>
      ${open === "order" ? orderForm(carrier) : open === "relocation" ? relocationForm() : open === "visit" ? visit.draw() : ""}
      <p class="told" data-colour="" ?hidden=${why === ""}>${why}</p>`;
  };

  function row(id, one) {
    const now = city.city(), what = texts[id] || (one.words && words("task." + one.words)) || say.say("leader.an_order");
    const state = one.is_over || one.state === "done" ? words("task_state." + one.state) ?? one.state : joined(words("task_state." + one.state) ?? one.state, one.due_by !== null && say.left(one.due_by, now));
    const subject = "task:" + id, chase = () => orders.act("remind_task", subject, Math.max(one.version, orders.version(subject)), {});
    const may = one.level !== "" && CHASED.has(one.state) && orders.may("remind_task"), made = orders.of(subject);
    return html`<li><time>${say.hhmm(one.at)}</time><span class="order">${joined(what, streetOf(one.street))} — <b data-level=${mark(one.level)}>${holder(one.agency)} ${state}</b></span>
      <button type="button" ?hidden=${!may} ?disabled=${orders.isBusy(subject)} ${press({}, chase)}>${made?.state === "done" ? say.say("leader.chased") : say.say("leader.chase")}</button></li>`;
  }
  function orderForm(carrier) {
    const agencies = Object.keys(city.page.words).filter((key) => /^agency\.[a-z]{2,3}$/.test(key)).map((key) => key.slice(7));
    const give = (event) => send(event, "issue_task", "incident:" + carrier, { agency: order.agency || agencies[0], priority: order.priority, text: order.text.trim() });
    return html`<form class="new" @submit=${give}><select aria-label=${say.say("leader.agency")} @change=${({ target }) => { order.agency = target.value; }}>${agencies.map((code) => html`<option value=${code} ?selected=${code === order.agency}>${holder(code)}</option>`)}${streets().map((code) => html`<option value=${code} ?selected=${code === order.agency}>${streetOf(code)}</option>`)}</select
      ><select aria-label="P1" @change=${({ target }) => { order.priority = target.value; }}>${["P1", "P2", "P3"].map((one) => html`<option ?selected=${one === order.priority}>${one}</option>`)}</select
      ><input type="text" required maxlength="300" placeholder=${say.say("leader.order_text")} aria-label=${say.say("leader.order_text")} .value=${live(order.text)} @input=${({ target }) => { order.text = target.value; }}><button type="submit" class="primary">${say.say("leader.give")}</button></form>`;
  }
  function relocationForm() {
    const flip = (set, one) => { if (!set.delete(one)) set.add(one); redraw(); };
    const chips = (all, set, name) => all.map((one) => html`<button type="button" class="chip" aria-pressed=${String(set.has(one))} @click=${() => flip(set, one)}>${name(one)}</button>`);
    const give = (event) => {
      const [hours, minutes] = relocation.until.split(":").map(Number), now = city.city();
      // The next such time of the city's clock, today or tomorrow.
      const [h, m] = say.hhmm(now).split(":").map(Number), ahead = (((hours - h) * 60 + minutes - m) + 1440) % 1440 || 1440;
      send(event, "order_relocation", "relocation:new", { streets: [...relocation.streets], groups: [...relocation.groups], deadline: new Date((Math.floor(now / 60) * 60 + ahead * 60) * 1000).toISOString() });
    };
    return html`<form class="new relocation" @submit=${give}><p class="chips">${chips(GROUPS, relocation.groups, (one) => words("relocation.group." + one) ?? one)}</p><p class="chips">${chips(streets(), relocation.streets, streetOf)}</p
      ><label>${say.say("leader.until")} <input type="time" required .value=${live(relocation.until)} @input=${({ target }) => { relocation.until = target.value; }}></label
      ><button type="submit" class="primary" ?disabled=${relocation.streets.size === 0 || relocation.groups.size === 0}>${say.say("leader.propose")}</button></form>`;
  }
});
