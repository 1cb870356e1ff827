// 请求增援: one tap opens the form; what was tried on the spot must be said. Below it what was asked and its answer.
import { card, each, html, joined, live, mark } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";

const KINDS = ["people", "relocation", "pumps", "boats", "vehicles", "power", "medical", "supplies"], TRIED = ["own_squads", "volunteers", "neighbours", "contractors"];
const GROUPS = ["sea_wall_outside", "site_shed", "dangerous_house", "low_lying", "fishery", "ship_crew", "other"];

export const mend = card((city, { redraw }) => {
  const { say, words, orders, rows: { holder } } = city, tried = /** @type {Set<string>} */ (new Set());
  const told = { kind: "people", count: "", group: "", road: "", text: "" };
  let isOpen = false, isSending = false;
  orders.on(redraw);
  const set = (name) => ({ target }) => { told[name] = target.value; redraw(); };
  const flip = (one) => { if (!tried.delete(one)) tried.add(one); redraw(); };
  const isReady = () => Number(told.count) >= 1 && tried.size > 0 && !isSending;

  return ({ scalars, order, rows }) => {
    const subject = "support:" + scalars.code, may = orders.may("request_support");
    async function send(event) {
      event.preventDefault();
      if (!isReady()) return;
      isSending = true;
      const { kind, group, road, text } = told;
      const args = { kind, count: Math.round(Number(told.count)), tried: [...tried], ...(kind === "relocation" && group && { group }), ...(road.trim() && { road: road.trim() }), ...(text.trim() && { text: text.trim() }) };
      const answer = await orders.act("request_support", subject, 0, args);
      isSending = false;
      if (answer?.done) {
        isOpen = false;
        Object.assign(told, { count: "", road: "", text: "" });
        tried.clear();
      }
      redraw();
    }
    return html`<header><h2>${say.say("support.title")}</h2><button type="button" class="open" ?hidden=${!may} aria-expanded=${String(isOpen)} @click=${() => { isOpen = !isOpen; redraw(); }}>${say.say(isOpen ? "leader.close" : "support.title")}</button></header>
      ${isOpen ? form(send) : ""}${refusedLine(city, subject, ["request_support"])}
      <p class="calm" ?hidden=${order.length > 0 || isOpen}>${say.say("support.none")}</p>
      <ul class="lines">${each(order, (id) => line(rows.get(id)))}</ul>`;
  };

  function form(send) {
    const option = (group, one, chosen) => html`<option value=${one} ?selected=${one === chosen}>${words(group + one) ?? one}</option>`;
    return html`<form class="form" @submit=${send}>
      <label class="line"><span>${say.say("support.kind")}</span><select @change=${set("kind")}>${KINDS.map((one) => option("support.kind.", one, told.kind))}</select></label>
      <label class="line"><span>${say.say("support.count")}</span><input type="number" min="1" max="1000000" inputmode="numeric" required .value=${live(told.count)} @input=${set("count")}></label>
      ${told.kind === "relocation" ? html`<label class="line"><span>${say.say("support.group")}</span><select @change=${set("group")}>${["", ...GROUPS].map((one) => option("relocation.group.", one, told.group))}</select></label>` : ""}
      <p class="ask">${say.say("support.tried")}</p><p class="buttons">${TRIED.map((one) => html`<button type="button" aria-pressed=${String(tried.has(one))} data-open=${mark(tried.has(one))} @click=${() => flip(one)}>${say.say("support.tried." + one)}</button>`)}</p>
      <input type="text" maxlength="80" placeholder=${say.say("support.road")} aria-label=${say.say("support.road")} .value=${live(told.road)} @input=${set("road")}>
      <input type="text" maxlength="300" placeholder=${say.say("support.text")} aria-label=${say.say("support.text")} .value=${live(told.text)} @input=${set("text")}>
      <button type="submit" class="primary" data-ready=${mark(isReady())} ?disabled=${!isReady()}>${say.say("support.send")}</button></form>`;
  }
  function line(one) {
    const what = joined(one.group && words("relocation.group." + one.group), say.say("leader.support." + one.kind, { n: one.count }));
    const state = one.state === "waiting" ? say.say("support.waiting", { t: say.moment(one.answer_by, city.city()), to: holder(one.backstop) })
      : joined(words("support_state." + one.state), one.state === "approved" && holder(one.to), one.note);
    return html`<li><span>${what}<br><small>${state}</small></span><time>${say.hhmm(one.at)}</time></li>`;
  }
});
