// 上报: three taps, the class, the photo, the sending. The position comes by itself. What one has set right at once is
// reported and closed in one go.
import { card, head, html, mark, nothing, press } from "../../js/draw.js";
import { photosOf } from "../../js/photo_picker.js";
import { tiles, toldOf, whereOf } from "../../js/field/field_parts.js";

const USUAL = ["event.0110", "event.0114", "event.0113", "event.0405", "event.0406", "event.0401", "event.0410", "event.0136", "component.0305", "component.0137", "component.0123", "event.0506"];
const WORK = ["cleaned", "put_back", "moved_away", "talked_to", "fenced"];

export const mend = card((city, place) => {
  const { say, words, page, outbox, field, orders } = city, redraw = place.redraw;
  const known = Object.keys(page.words).filter((key) => /^class\.(event|component)\.\d{4}$/.test(key)).map((key) => key.slice(6));
  const usual = USUAL.filter((one) => known.includes(one));
  let chosen = /** @type {string | null} */ (null), work = /** @type {string | null} */ (null), isAll = false, isOnSpot = false, wrong = "", last = "";
  let photos = photosOf(city, redraw, 4, true), after = photosOf(city, redraw, 1, true);
  outbox.on(redraw);
  field.on(redraw);

  /** Until when a report needs no photo in an emergency; null = it needs one. */
  function photoLater() {
    const until = city.card?.("field_list")?.scalars.photo_later ?? null;
    return until !== null && city.city() < until ? until : null;
  }

  function start() {
    photos.forget();
    after.forget();
    photos = photosOf(city, redraw, 4, true);
    after = photosOf(city, redraw, 1, true);
    chosen = work = null;
    isOnSpot = isAll = false;
    wrong = "";
    redraw();
  }
  function missing() {
    if (field.here().state !== "known") return say.say("field.need.place");
    if (photos.count() === 0 && (isOnSpot || photoLater() === null)) return say.say("field.need.photo");
    if (isOnSpot && after.count() === 0) return say.say("field.need.two");
    return isOnSpot && work === null ? say.say("field.need.work") : photos.wrong() || after.wrong();
  }
  function send() {
    wrong = missing();
    if (wrong || chosen === null) return redraw();
    const id = crypto.getRandomValues(new Uint8Array(12)).reduce((text, n) => text + n.toString(16).padStart(2, "0"), "");
    const here = field.here(), [kind, code] = chosen.split("."), files = photos.files();
    last = "report:" + id;
    outbox.send("report", last, 0, { kind, code, lon: here.lon, lat: here.lat, accuracy_m: Math.min(100000, Math.round(here.accuracy)) }, { photo: files });
    // The case that the report makes; the outbox sends it second.
    if (isOnSpot) {
      last = "case:citywall/" + id;
      outbox.send("self_handle", last, 0, { text: say.say("work." + work) }, { photo: [files[0], ...after.files()] });
    }
    start();
  }

  return () => {
    if (!orders.may("report")) return html`${head(say.say("field.report"), "")}<p class="calm">${say.say("field.reads_only")}</p>`;
    const until = photoLater();
    const relaxed = until === null ? nothing : html`<p class="calm" data-relaxed>${say.say("field.photo_later", { t: say.moment(until, city.city()) })}</p>`;
    const told = last && toldOf(city, last, say.say("field.report"));
    const names = (isAll ? known : usual).map((one) => /** @type {[string, string]} */ ([one, words("class." + one) ?? one]));
    const choose = (value) => { chosen = value; wrong = ""; redraw(); };
    if (chosen === null) {
      return html`${head(say.say("field.report"), say.say("field.report.hint"))}${told || nothing}${relaxed}
        ${tiles(names, null, choose, "class")}
        <button type="button" class="fold" aria-expanded=${String(isAll)} @click=${() => { isAll = !isAll; redraw(); }}>${say.say(isAll ? "detail.less" : "field.more_classes")}</button>`;
    }
    return html`${head(say.say("field.report"), "")}<div class="form" data-form="report">
      <p class="chosen"><b>${words("class." + chosen)}</b><button type="button" @click=${start}>${say.say("field.other_class")}</button></p>
      ${isOnSpot ? nothing : relaxed}${photos.draw(say.say(isOnSpot ? "field.photo.before" : "field.photo.report"))}
      ${isOnSpot ? html`${after.draw(say.say("field.photo.after"))}${tiles(WORK.map((one) => [one, say.say("work." + one)]), work, (value) => { work = value; wrong = ""; redraw(); }, "work")}` : nothing}
      ${whereOf(city)}<p class="wrong" role="alert">${wrong}</p>
      <button type="button" class="next" data-ready=${mark(missing() === "")} ${press("send", send)}>${say.say(isOnSpot ? "field.on_the_spot" : "field.report.send")}</button>
      ${orders.may("self_handle") ? html`<p class="buttons last"><button type="button" aria-pressed=${String(isOnSpot)} data-on=${mark(isOnSpot)} @click=${() => { isOnSpot = !isOnSpot; wrong = ""; redraw(); }}>${say.say("field.on_the_spot.also")}</button></p>` : nothing}</div>`;
  };
});
