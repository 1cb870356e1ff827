// What is done about a case in the field, in its own row: the check, the verification, handling it on the spot, and
// that it is on the wrong list. Reasons are chosen, never typed.
import { html, mark, nothing, press } from "../draw.js";
import { photosOf } from "../photo_picker.js";
import { takenAt, tiles, whereOf } from "./field_parts.js";

const FAULTS = ["not_done", "partly_done", "not_clean", "unsafe", "other_place"], WORK = ["cleaned", "put_back", "moved_away", "talked_to", "fenced"];

/** @param {City} city @param {Row} row @param {{ leave: () => void, redraw: () => void }} given */
export function caseForm(city, row, { leave, redraw }) {
  const { say, outbox, orders } = city, subject = "case:~" + row.id;
  const photos = photosOf(city, redraw, 4, true), after = photosOf(city, redraw, 1, true);
  let chosen = /** @type {string | null} */ (null), wrong = "", isFailing = false;
  const close = () => { photos.forget(); after.forget(); };

  /** @param {Row} now the row as it is now @param {string} verb @param {Record<string, any>} args @param {Blob[]} files */
  function send(now, verb, args, files) {
    const here = city.field.here();
    const place = verb === "check" || verb === "verify" ? { lon: here.lon, lat: here.lat } : {};
    outbox.send(verb, subject, now.version, { ...args, ...place }, files.length > 0 ? { photo: files } : {});
    leave();
  }
  const lacks = (needsPhoto, needsPlace) => (needsPhoto && photos.count() === 0 ? say.say("field.need.photo")
    : needsPlace && city.field.here().state !== "known" ? say.say("field.need.place") : photos.wrong());
  /** @param {string} missing @param {() => void} fn */
  function unless(missing, fn) {
    wrong = missing;
    if (wrong) return redraw();
    fn();
  }

  function check(now) {
    const done = (passed) => unless(lacks(true, true) || (!passed && chosen === null ? say.say("field.need.fault") : ""), () => {
      const fault = passed ? {} : { fault: chosen };
      send(now, "check", { passed, mode: "field", photo_at: takenAt(city, photos.files()), ...fault }, photos.files());
    });
    return html`${whereOf(city, now)}${photos.draw(say.say("field.photo.check"))}
      ${isFailing ? tiles(FAULTS.map((one) => [one, say.say("code.fault." + one)]), chosen, (value) => { chosen = value; wrong = ""; redraw(); }, "fault") : nothing}
      <p class="buttons">${isFailing ? nothing : html`<button type="button" class="primary" data-ready=${mark(lacks(true, true) === "")} ${press(true, done)}>${say.say("field.pass")}</button>`}
        <button type="button" data-verb="fail" data-ready=${mark(isFailing && chosen !== null)} ${press(isFailing, (was) => (was ? done(false) : fail()))}>${say.say("field.fail")}</button></p>`;
  }
  function fail() {
    isFailing = true;
    redraw();
  }
  function verify(now) {
    const done = (result) => unless(lacks(true, true), () => send(now, "verify", { result }, photos.files()));
    return html`${whereOf(city, now)}${photos.draw(say.say("field.photo.verify"))}
      <p class="buttons"><button type="button" class="primary" data-ready=${mark(lacks(true, true) === "")} ${press("confirmed", done)}>${say.say("field.confirmed")}</button
        ><button type="button" ${press("not_found", done)}>${say.say("field.not_found")}</button></p>`;
  }
  function onTheSpot(now) {
    const missing = () => (photos.count() === 0 || after.count() === 0 ? say.say("field.need.two") : chosen === null ? say.say("field.need.work") : "");
    const done = () => unless(missing(), () => send(now, "self_handle", { text: say.say("work." + chosen) }, [photos.files()[0], ...after.files()]));
    return html`${photos.draw(say.say("field.photo.before"))}${after.draw(say.say("field.photo.after"))}
      ${tiles(WORK.map((one) => [one, say.say("work." + one)]), chosen, (value) => { chosen = value; wrong = ""; redraw(); }, "work")}
      <p class="buttons"><button type="button" class="primary" data-ready=${mark(missing() === "")} ${press("", done)}>${say.say("field.on_the_spot")}</button></p>`;
  }
  function later(now) {
    const missing = () => (photos.count() === 0 ? say.say("field.need.photo") : photos.wrong());
    const done = () => unless(missing(), () => send(now, "add_photos", {}, photos.files()));
    return html`${photos.draw(say.say("field.photo.report"))}
      <p class="buttons"><button type="button" class="primary" data-ready=${mark(missing() === "")} ${press("", done)}>${say.say("field.add_photos")}</button></p>`;
  }
  const body = { photo: orders.may("add_photos") && later, check: orders.may("check") && check, verify: orders.may("verify") && verify, report: orders.may("self_handle") && onTheSpot }[row.task];

  return {
    id: row.id, close,
    /** @param {Row} now */
    draw: (now) => html`<div class="form" data-form=${row.task}>${shown(city, now)}${body ? body(now) : nothing}
      <p class="wrong" role="alert">${wrong}</p>
      <p class="buttons last">${orders.may("not_my_list") && row.task !== "photo" ? html`<button type="button" data-verb="not_my_list" ${press("", () => send(now, "not_my_list", {}, []))}>${say.say("field.not_my_list")}</button>` : nothing}${route(city, now)}
        <button type="button" @click=${leave}>${say.say("detail.cancel")}</button></p></div>`,
  };
}

/** The way there in the map app of the phone (RFC 5870). @param {City} city @param {Row} row */
function route({ say }, row) {
  if (row.lat === null || row.lon === null) return nothing;
  const at = `${row.lat.toFixed(6)},${row.lon.toFixed(6)}`;
  return html`<a class="link" href=${`geo:${at}?q=${at}`}>${say.say("agency.go")}</a>`;
}

/** What others have shown of it, so that one knows what to look for. @param {City} city @param {Row} row */
function shown({ say }, row) {
  if (row.photos.length === 0) return nothing;
  return html`<p class="seen-photos">${row.photos.map(([sha256, stage, at]) => html`<a href=${`/evidence/case/${row.id}/${sha256}.jpg`} target="_blank" rel="noopener"
    ><img src=${`/evidence/case/${row.id}/${sha256}.jpg`} loading="lazy" alt=""><span>${say.say("photo.stage." + stage)} ${say.hhmm(at)}</span></a>`)}</p>`;
}
