// The hand-over between two leaders, over the page while it is open: the outgoing one drafts it and says what they would
// watch, the incoming one acknowledges every item, both sign. The sheet is one A4.
import { card, each, html, joined, live, mark, press } from "../../js/draw.js";
import { refusedLine } from "../../js/duty/duty_orders.js";

const VERBS = ["draft_leader_handover", "answer_leader_item", "sign_leader_handover"];

export const mend = card((city, { redraw }) => {
  const { say, words, orders, rows: { holder } } = city;
  let isOpen = false, text = "", watch = "", askedFor = "", view = /** @type {View | null} */ (null);
  orders.on(redraw);
  city.leader.openHandover = () => { isOpen = !isOpen; redraw(); };
  const held = () => view?.scalars ?? {}, isAuthor = () => held().by_mark === (city.page.person?.person_mark ?? "");
  const isDone = () => held().id === null || (held().outgoing_at !== null && held().incoming_at !== null);
  const subject = () => "leader_handover:" + held().id;
  const version = () => Math.max(held().version ?? 0, orders.version(subject()));

  // Drafted anew it is the next one, unless the last one is still open.
  function draft(event) {
    event.preventDefault();
    const figures = {};
    for (const [key, row] of city.card("leader_figures")?.rows ?? []) if (row.value !== null) figures[key] = row.of === null ? String(row.value) : `${row.value} / ${row.of}`;
    const day = new Date((city.city() + 28800) * 1000).toISOString().slice(0, 16).replace(/[-:T]/g, "");
    const to = isDone() || !isAuthor() ? `leader_handover:${day}` : subject(), args = { figures, ...(text.trim() && { text: text.trim() }) };
    orders.act("draft_leader_handover", to, isDone() || !isAuthor() ? 0 : version(), args);
  }
  const act = (verb, args) => orders.act(verb, subject(), version(), args);
  async function askWatch() {
    const wanted = isOpen && held().id ? `${held().id} ${held().version}` : "";
    if (wanted === askedFor) return;
    askedFor = wanted;
    watch = wanted ? (await orders.ask("leader_watch", { id: held().id }).catch(() => ({}))).watch ?? "" : "";
    redraw();
  }

  return (given) => {
    view = given;
    if (!isOpen) return html`<div hidden></div>`;
    askWatch();
    const { id, by, at, outgoing_at: out, incoming_at: come, incoming } = held(), now = city.city();
    const left = view.order.filter((key) => !view?.rows.get(key).by).length;
    const stamp = (time, name) => (time === null || time === undefined ? say.say("leader.unsigned") : joined(name && orders.short(name), say.moment(time, now)));
    return html`<section class="over" role="dialog" aria-label=${say.say("leader.handover")}><header><h2>${say.say("leader.handover")}</h2><button type="button" @click=${() => { isOpen = false; redraw(); }}>${say.say("leader.close")}</button></header>
      ${id ? html`<p class="leads">${say.say("leader.drafted", { name: orders.short(by), t: say.moment(at, now) })} · ${say.say("leader.must", { n: view.order.length, left })}</p>
        <ol class="items">${each(view.order, (key) => item(key, view?.rows.get(key)))}</ol>
        <p class="watch" ?hidden=${!watch}>${say.say("leader.watch_is", { text: watch })}</p>
        <p class="leads">${say.say("leader.outgoing")} ${stamp(out, by)} · ${say.say("leader.incoming")} ${stamp(come, incoming)}</p>` : html`<p class="calm">${say.say("leader.no_handover")}</p>`}
      ${refusedLine(city, subject(), VERBS)}
      <form @submit=${draft} ?hidden=${!orders.may("draft_leader_handover") || (Boolean(id) && !isDone() && !isAuthor())}><textarea rows="2" maxlength="600" placeholder=${say.say("leader.watch")} aria-label=${say.say("leader.watch")} .value=${live(text)} @input=${({ target }) => { text = target.value; }}></textarea><button type="submit">${say.say("leader.draft")}</button></form>
      <footer>${id ? html`<a href="/leader/handover/${encodeURIComponent(id)}?lang=${city.page.lang}" target="_blank" rel="noopener">${say.say("leader.sheet")}</a>` : ""}
        <button type="button" class="primary" ?hidden=${!id || isDone() || !orders.may("sign_leader_handover") || (isAuthor() ? out !== null : come !== null)} ?disabled=${!isAuthor() && left > 0} @click=${() => act("sign_leader_handover", { side: isAuthor() ? "outgoing" : "incoming" })}>${say.say(isAuthor() ? "leader.sign_out" : "leader.sign_in")}</button></footer></section>`;
  };

  function item(key, row) {
    const may = !isAuthor() && !row.by && orders.may("answer_leader_item");
    return html`<li data-open=${mark(!row.by)}><span>${sentence(row)}</span>${row.by ? html`<span class="stamp">✓ ${orders.short(row.by)}</span>` : may
      ? html`<button type="button" ?disabled=${orders.isBusy(subject())} ${press({}, () => act("answer_leader_item", { key }))}>${say.say("leader.acknowledge")}</button>` : html`<span class="stamp">★</span>`}</li>`;
  }
  function sentence({ kind, names }) {
    const at = (name) => (names[name] ? say.moment(Date.parse(names[name]) / 1000, city.city()) : ""), ROMAN = ["—", "Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"];
    return say.say("leader.item." + kind, {
      level: ROMAN[Number(names.rank)] ?? "", before: ROMAN[Number(names.before)] ?? "", since: at("since_at"), due: at("due_at"), issued: at("issued_at"),
      agency: names.agency ? holder(names.agency) : "", what: kind === "ruling" ? words(`class.${names.kind}.${names.code}`) ?? say.say("leader.case") : (names.words && words("task." + names.words)) || names.no || "",
      street: words("street." + names.street) ?? "", state: words("task_state." + names.state) ?? "", n: names.n ?? "",
      holder: names.holder ? words("street." + names.holder) ?? holder(names.holder) : "", support: names.support ? say.say("leader.support." + names.support, { n: names.n }) : "",
    });
  }
});
