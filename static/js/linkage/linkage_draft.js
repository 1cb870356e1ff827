// 启动联动: the tasks that a template would issue, to be looked at before one command issues them all.
import { choice, pick, typed } from "../desk/desk_forms.js";
import { each, html, joined, live, mark, press } from "../draw.js";
import { agencyOf, kindOf, placeOf } from "./linkage_matrix.js";

const GRADES = ["general", "larger", "major", "extra_major"], PRIORITIES = ["P1", "P2", "P3"];

/**
 * `source`: the case, the device or the point of the map that it starts from; {} = a point is still to be chosen.
 * `done` is called when the incident was opened, `leave` when it is not to be.
 * @param {City} city @param {{ case?: string, device?: string, lon?: number, lat?: number }} source
 * @param {() => void} done @param {() => void} leave @param {() => void} redraw
 */
export function draftOf(city, source, done, leave, redraw) {
  const { say, desk, orders } = city, told = { kind: "", grade: "", title: "" };
  let reply = /** @type {any} */ (null), rows = /** @type {any[]} */ ([]), point = source.lon === undefined ? null : [source.lon, source.lat];
  let asked = 0, isFailed = false, number = 0;
  const isPlaced = () => Boolean(source.case || source.device || point);
  const mark_ = source.case ?? (source.device ? "device:" + source.device : "place:map");

  async function ask() {
    const mine = ++asked;
    isFailed = false;
    const at = point ? { lon: point[0], lat: point[1] } : {};
    const got = await desk.ask("linkage_preview", { ...source, ...at, kind: told.kind, grade: told.grade }).catch(() => null);
    if (mine !== asked) return;
    isFailed = !got || Boolean(got.refused);
    if (!isFailed) {
      reply = got;
      Object.assign(told, { kind: got.kind, grade: got.grade });
      // What was added by hand stays.
      rows = [...got.rows.map((row) => ({ ...row, id: row.template, isOn: true })), ...rows.filter((row) => !row.template)];
    }
    redraw();
  }
  const set = (name) => (value) => {
    told[name] = value;
    if (name !== "title") ask();
    redraw();
  };
  function change(row, values) {
    Object.assign(row, values);
    redraw();
  }
  function add() {
    rows = [...rows, { id: `own-${++number}`, template: "", agency: reply.agencies[0], priority: "P2", text: "", isOn: true, nearest_unit: null }];
    redraw();
  }

  const isWhole = (row) => row.template || row.text.trim() !== "";
  const chosen = () => rows.filter((row) => row.isOn && isWhole(row));
  const why = () => !isPlaced() ? "linkage.needs_place" : !told.kind ? "linkage.needs_kind" : rows.some((row) => row.isOn && !isWhole(row)) ? "linkage.needs_text" : "";
  async function send() {
    if (!reply || why() !== "" || !desk.isLive()) return;
    const tasks = chosen().map(({ agency, priority, template, text }) => ({ agency, priority, ...(template ? { template } : { text: text.trim() }) }));
    const at = point ? { lon: point[0], lat: point[1] } : {}, title = told.title.trim();
    const args = { kind: told.kind, grade: told.grade, ...at, ...(title && { title }), tasks };
    const answer = await orders.act("open_incident", mark_, source.case ? desk.versionOf(source.case) : 0, args, "");
    if (answer?.done) done();
    redraw();
  }
  function key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") { event.preventDefault(); leave(); }
    if (event.key === "Enter" && !event.target.matches("button, select")) { event.preventDefault(); send(); }
  }

  if (isPlaced()) ask();
  return {
    source,
    send,
    // Clicks on the map, while a place is wanted.
    wantsPlace: () => !source.case && !source.device,
    put(lon, lat) {
      point = [lon, lat];
      ask();
    },
    draw() {
      const list = new Map(rows.map((row) => [row.id, row])), missing = why(), made = orders.of(mark_);
      const kinds = /** @type {[string, string][]} */ ([["", ""], ...(reply?.kinds ?? []).map((one) => [one, kindOf(city, { kind: one })])]);
      const place = source.case ? desk.what(desk.row(source.case) ?? {}) : reply ? placeOf(city, reply) : "";
      const isBusy = orders.isBusy(mark_), there = reply?.there;
      return html`<section class="draft" @keydown=${key}><header><h2>${say.say("linkage.begin")}</h2><span class="note">${place}</span></header>
        <p class="calm" ?hidden=${isPlaced()}>${say.say("linkage.needs_place")}</p>
        <p class="calm" ?hidden=${!isFailed}>${say.say("desk.no_reply")}</p>
        ${reply ? html`<div class="fields">
          ${field("kind", pick(told.kind, set("kind"), kinds))}
          ${field("grade", choice(told.grade, set("grade"), GRADES.map((one) => [one, say.say("grade." + one)])))}
          ${field("title", html`<input type="text" maxlength="200" aria-label=${say.say("linkage.field.title")} .value=${live(told.title)} @input=${typed(set("title"))}>`)}</div>` : ""}
        <p class="buttons"><button type="button" class="primary" ?disabled=${!reply || missing !== "" || isBusy || Boolean(there) || !desk.isLive()} ${press(null, send)}>${
          say.say("linkage.confirm", { n: chosen().length })}</button
          ><button type="button" ?disabled=${!reply} @click=${add}>${say.say("linkage.add_row")}</button
          ><button type="button" @click=${leave}>${say.say("detail.cancel")}</button
          ><button type="button" ?hidden=${!there} @click=${() => desk.openIncident(there)}>${say.say("linkage.open")}</button
          ><span class="wrong">${isPlaced() && missing ? say.say(missing) : made && made.state !== "done" ? orders.told(made, "") : ""}</span></p>
        ${reply ? html`<ol class="preview">${each(list.keys(), (id) => line(list.get(id)))}</ol>
        <p class="calm" ?hidden=${rows.length > 0 || !told.kind}>${say.say("linkage.no_template")}</p>` : ""}</section>`;
    },
  };

  function field(name, input) {
    return html`<div class="field"><label class="label">${say.say("linkage.field." + name)}</label>${input}</div>`;
  }
  function line(row) {
    const agencies = (reply?.agencies ?? []).map((one) => [one, agencyOf(city, one)]);
    const span = (seconds) => say.coarse(seconds);
    const limits = row.template ? joined(say.say("linkage.ack_in", { t: span(row.ack_s) }), row.arrive_s !== null && say.say("linkage.arrive_in", { t: span(row.arrive_s) }),
      say.say("linkage.done_in", { t: span(row.due_s) })) : "";
    const { nearest_unit: nearest } = row, unit = nearest ? joined(orders.reach(nearest), say.say("linkage.fix", { t: span(nearest.age_s) })) : row.needs_unit ? say.say("linkage.no_unit") : "";
    return html`<li data-off=${mark(!row.isOn)}><input type="checkbox" .checked=${live(row.isOn)} aria-label=${agencyOf(city, row.agency)} @change=${(event) => change(row, { isOn: event.target.checked })}>
      ${pick(row.agency, (agency) => change(row, { agency }), agencies)}
      ${row.template ? html`<span class="what">${say.say("task." + row.words)}</span>`
        : html`<input type="text" maxlength="200" placeholder=${say.say("linkage.field.text")} aria-label=${say.say("linkage.field.text")} .value=${live(row.text)} @input=${typed((text) => change(row, { text }))}>`}
      ${row.template ? html`<span class="priority">${row.priority}</span>` : pick(row.priority, (priority) => change(row, { priority }), PRIORITIES.map((one) => [one, one]))}
      <p class="more"><span class="limits">${limits}</span><span class="unit" data-none=${mark(row.needs_unit && !nearest)}>${unit}</span></p></li>`;
  }
}
