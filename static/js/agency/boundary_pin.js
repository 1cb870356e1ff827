// The pin of a return "not my area": where the problem lies, how far that is from the boundary, and how good the fix
// is. Who returns it sees this before it is sent; the server measures it once more.
import { html, joined, nothing } from "../draw.js";

const M_PER_DEGREE = 111195, SIZE = 240, FIX_MS = 15000;

/** @typedef {{ lon: number, lat: number, accuracy: number | null }} Pin */

/** @param {City} city @param {Row} row @param {() => void} redraw @param {Voice} voice */
export function pinOf(city, row, redraw, voice) {
  const { say, orders, words } = city;
  let isShown = false, pin = /** @type {Pin | null} */ (null), told = /** @type {any} */ (null), wrong = "", isAsking = false;

  /** @param {Pin} next */
  async function put(next) {
    pin = next;
    wrong = "";
    isAsking = true;
    redraw();
    const reply = await orders.ask("boundary", { case: row.id, lon: next.lon, lat: next.lat, ...(next.accuracy !== null && { accuracy_m: next.accuracy }) }).catch(() => null);
    if (pin !== next) return;
    isAsking = false;
    told = reply?.metres === undefined ? null : reply;
    if (told === null) wrong = say.say("own.pin.no_reply");
    redraw();
  }
  function locate() {
    wrong = "";
    if (!navigator.geolocation) { wrong = say.say("own.pin.no_fix"); return redraw(); }
    isAsking = true;
    redraw();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => put({ lon: coords.longitude, lat: coords.latitude, accuracy: Math.round(coords.accuracy) }),
      () => { isAsking = false; wrong = say.say("own.pin.no_fix"); redraw(); },
      { enableHighAccuracy: true, timeout: FIX_MS, maximumAge: 0 },
    );
  }
  // A tap on the picture moves the pin; such a pin has no fix whose error could be told.
  /** @param {PointerEvent & { currentTarget: SVGElement }} event */
  function move(event) {
    if (pin === null || told === null) return;
    const box = event.currentTarget.getBoundingClientRect(), metres = (2 * told.window_m) / box.width;
    const east = (event.clientX - box.left - box.width / 2) * metres, north = (box.top + box.height / 2 - event.clientY) * metres;
    put({ lon: pin.lon + east / (M_PER_DEGREE * Math.cos((pin.lat * Math.PI) / 180)), lat: pin.lat + north / M_PER_DEGREE, accuracy: null });
  }

  const street = (code) => words("street." + code) ?? code;
  return {
    show: (is) => { isShown = is; },
    missing: () => (isShown && pin === null ? say.say("own.pin.needed") : ""),
    args: () => (isShown && pin !== null ? { lon: pin.lon, lat: pin.lat, ...(pin.accuracy !== null && { accuracy_m: pin.accuracy }) } : {}),
    draw: () => (!isShown ? nothing : html`<div class="pin"><p class="ask">${say.say("own.pin.ask")}</p>
      <p class="buttons"><button type="button" ?disabled=${isAsking} @click=${locate}>${say.say("own.pin.locate")}</button
        ><button type="button" ?hidden=${row.lon === null} ?disabled=${isAsking} @click=${() => put({ lon: row.lon, lat: row.lat, accuracy: null })}>${say.say("own.pin.case")}</button></p>
      ${pin !== null && told !== null ? html`${picture()}<p class="measure" role="status">${measure()}</p><p class="line">${where()}</p>` : nothing}
      <p class="wrong" role="alert">${wrong}</p></div>`),
  };

  // "边界距离 12 米，定位误差 ±15 米"
  function measure() {
    const error = pin?.accuracy ?? null;
    return say.say(error === null ? "own.pin.measure_by_hand" : "own.pin.measure", { n: Math.round(told.metres), e: error });
  }
  function where() {
    const error = pin?.accuracy ?? null, isInside = told.there === told.street;
    return joined(isInside ? say.say("own.pin.inside", { street: street(told.street) }) : say.say("own.pin.outside", { street: told.there ? street(told.there) : say.say("own.pin.nowhere") }),
      error !== null && error >= told.metres && say.say("own.pin.unsure"), told.code_system && say.say("own.pin.system", { code: voice.classCode(row), system: told.code_system }), "WGS84");
  }
  function picture() {
    const window_ = told.window_m, scale = SIZE / 2 / window_, at = ([east, north]) => `${(SIZE / 2 + east * scale).toFixed(1)},${(SIZE / 2 - north * scale).toFixed(1)}`;
    const outline = told.rings.map((ring) => `M${ring.map(at).join("L")}Z`).join(""), radius = (pin?.accuracy ?? 0) * scale;
    return html`<svg class="outline" viewBox="0 0 240 240" role="img" aria-label=${measure()} @click=${move}>
      <path class="area" d=${outline} fill-rule="evenodd"></path><circle class="error" cx=${SIZE / 2} cy=${SIZE / 2} r=${radius.toFixed(1)}></circle>
      <circle class="at" cx=${SIZE / 2} cy=${SIZE / 2} r="4"></circle>
      <text x="8" y=${SIZE - 10}>${street(told.street)}</text></svg>`;
  }
}
