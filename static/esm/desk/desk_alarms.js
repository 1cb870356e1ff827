// 物联告警: what deviates now, what is put aside until when, what is in maintenance. A line; key A opens the list.
import { formOf } from "../../js/desk/desk_forms.js";
import { card, each, html, joined, mark, nothing, press } from "../../js/draw.js";

const MINUTES = [15, 30, 60, 120];
const KEYS = { enter: "acknowledge_alarm", s: "shelve_alarm", f: "suspect_fault", b: "end_shelving", g: "case" };

export const mend = card((city, { face, redraw }) => {
  const { say, words, desk, orders } = city;
  let view = /** @type {View} */ ({ as_of: null, scalars: {}, order: [], rows: new Map() });
  const unfolded = /** @type {Set<string>} */ (new Set());
  let isOpen = false, chosen = "", form = /** @type {ReturnType<typeof formOf> | null} */ (null), formOfRow = "";
  orders.on((made) => { if (made === null || /^(alarm|device):/.test(made.subject)) redraw(); });
  city.keys.on("a", () => { isOpen = !isOpen; redraw(); if (isOpen) step(0); });

  city.deskAlarms = { open: () => { isOpen = true; redraw(); step(0); } };

  // Of many alike alarms the worst stands for all, until somebody unfolds them.
  const shown = () => view.order.filter((id) => { const { group = "", same = 0 } = view.rows.get(id); return !group || same > 0 || unfolded.has(group); });
  const fold = (group) => { if (!unfolded.delete(group)) unfolded.add(group); redraw(); };
  const subjectOf = (id, row) => (id.startsWith("a:") ? "alarm:" + row.key : "device:" + row.device);

  return (told) => {
    view = told;
    if (formOfRow && !view.rows.has(formOfRow)) close();
    const { active, shelved, maintained, more } = told.scalars;
    const counts = active == null ? say.say("unknown") : joined(
      say.say("alarms.active", { n: active }), shelved > 0 && say.say("alarms.shelved", { n: shelved }),
      maintained > 0 && say.say("alarms.maintained", { n: maintained }));
    return html`<div class="bar"><button type="button" class="toggle" aria-expanded=${String(isOpen)} @click=${() => { isOpen = !isOpen; redraw(); }}><kbd>A</kbd>${say.say("alarms.title")}</button
      ><span class="count" data-some=${mark(active > 0)}>${counts}</span><span class="note" ?hidden=${!isOpen}>${say.say("alarms.keys")}</span></div>
      <ol class="alarms" ?hidden=${!isOpen} @keydown=${onKey}>${each(shown(), (id) => line(id, told.rows.get(id)))}</ol>
      <p class="calm" ?hidden=${!isOpen || told.order.length > 0}>${say.say("alarms.none")}</p>
      <p class="calm" ?hidden=${!isOpen || !(more > 0)}>${say.say("alarms.more", { n: more })}</p>`;
  };

  function line(id, row) {
    const now = city.city(), subject = subjectOf(id, row), isAlarm = id.startsWith("a:");
    const isAside = isAlarm && row.shelved_until !== null;
    return html`<li tabindex="-1" data-id=${id} data-level=${mark(isAlarm && !isAside && row.state !== "suppressed" && row.level)} data-current=${mark(id === chosen)} @focus=${() => { chosen = id; redraw(); }}>
      <p class="what"><b>${isAlarm ? words("alarm_level." + row.level) ?? row.level : say.say("alarms.maintenance")}</b><span>${joined(row.name, isAlarm && measured(row))}</span
        ><time>${say.elapsed(isAlarm ? row.raised_at : row.since, now)}</time></p>
      <p class="why">${isAlarm ? about(row, now) : joined(say.person(row.by), row.reason)}</p>
      <p class="do">${row.same > 0 ? html`<button type="button" class="plain" aria-expanded=${String(unfolded.has(row.group))} @click=${() => fold(row.group)}>${say.say("alarms.same", { n: row.same })}</button>` : nothing}${lately(subject)}${buttons(id, row).map(([verb, label]) => html`<button type="button" ?disabled=${orders.isBusy(subject) || !desk.isLive()} ${press([id, row, verb], does)}>${label}</button>`)}</p>
      ${formOfRow === id ? form?.draw() ?? nothing : nothing}</li>`;
  }
  // "0.082 MPa（0.20–0.45）": what raised it, and the limits in force.
  function measured(row) {
    const key = row.low === null ? "alarms.limit_high" : row.high === null ? "alarms.limit_low" : "alarms.limits";
    const limits = row.low === null && row.high === null ? "" : say.say(key, { low: row.low, high: row.high });
    const name = words("metric." + row.metric) ?? row.metric;
    if (row.op === "gap_gt" || row.op === "stuck") return `${name} ${words("alarm_op." + row.op) ?? row.op}`;
    return `${name} ${row.value} ${row.unit}${limits}`;
  }
  function about(row, now) {
    const fresh = row.lost ? say.say("alarms.no_data", { t: row.as_of === null ? "—" : say.moment(city.toCity(row.as_of), now) })
      : row.now_value === null ? "" : say.say("alarms.now", { value: row.now_value, unit: row.unit });
    return joined(
      fresh, row.late_s > 0 && say.say("alarms.late", { t: say.coarse(row.late_s) }),
      row.doubt && say.say("alarms.doubt." + row.doubt, { t: say.coarse(now - (row.doubt_since ?? now)) }),
      row.state === "suppressed" && say.say("alarms.suppressed"), row.acked_by && say.say("alarms.acked", { name: orders.short(row.acked_by) }),
      row.shelved_until !== null && say.say("alarms.aside." + row.shelf, { t: say.moment(row.shelved_until, now), name: orders.short(row.shelf_by), reason: row.shelf_reason }),
    );
  }
  function buttons(id, row) {
    const verbs = [];
    if (id.startsWith("m:")) verbs.push("end_maintenance");
    else {
      if (row.case) verbs.push("case");
      if (row.shelved_until !== null) verbs.push("end_shelving");
      else {
        if (!row.acked_by) verbs.push("acknowledge_alarm");
        verbs.push("suspect_fault", "shelve_alarm");
      }
      if (row.state !== "suppressed") verbs.push("start_maintenance");
    }
    return verbs.filter((verb) => verb === "case" || orders.may(verb)).map((verb) => [verb, verb === "case" ? say.say("alarms.to_case") : words("verb." + verb) ?? verb]);
  }
  function does([id, row, verb]) {
    const subject = verb.endsWith("maintenance") ? "device:" + row.device : subjectOf(id, row);
    if (verb === "case") desk.select(row.case);
    else if (verb === "acknowledge_alarm" || verb === "end_shelving" || verb === "end_maintenance") orders.act(verb, subject, row.version, {}, "");
    else ask(id, row, verb, subject);
  }
  // A reason for each, and until when for what comes back by itself (two hours at most).
  function ask(id, row, verb, subject) {
    if (formOfRow === id && form?.key === verb) return close();
    /** @type {import("../../js/desk/desk_forms.js").Field} */
    const reason = { name: "reason", kind: "text", label: say.say("alarms.reason"), required: true };
    /** @type {import("../../js/desk/desk_forms.js").Field} */
    const until = { name: "minutes", kind: "choice", label: say.say("alarms.until"), required: true, value: 120, options: MINUTES.map((n) => [n, say.say("alarms.minutes", { n })]) };
    const spec = { key: verb, title: words("verb." + verb) ?? verb, submit: say.say("alarms.send"), fields: verb === "start_maintenance" ? [reason] : [reason, until] };
    form = formOf(city, spec, (args) => orders.act(verb, subject, row.version, args, ""), close, redraw);
    formOfRow = id;
    redraw();
    form.focus();
  }
  function close() {
    [form, formOfRow] = [null, ""];
    redraw();
  }
  function lately(subject) {
    const made = orders.of(subject);
    return made ? html`<span class="told" data-kind=${made.state}>${orders.told(made, "")}</span>` : nothing;
  }

  function step(by) {
    const ids = shown(), at = Math.min(Math.max(ids.indexOf(chosen) + by, 0), ids.length - 1);
    chosen = ids[at] ?? "";
    redraw();
    /** @type {HTMLElement | null} */ (face.querySelector(`li[data-id="${CSS.escape(chosen)}"]`))?.focus();
  }
  function onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select, button")) return;
    const key = event.key.toLowerCase(), verb = KEYS[key], row = view.rows.get(chosen);
    if (key === "arrowdown" || key === "arrowup") step(key === "arrowdown" ? 1 : -1);
    else if (key === "escape") { isOpen = false; redraw(); }
    else if (verb && row && !event.repeat && buttons(chosen, row).some(([one]) => one === verb)) does([chosen, row, verb]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
});
