// 巡查: a patrol is begun and ended by its inspector; between, the phone's positions are kept on the phone. They are sent
// at the end; the server keeps the grids alone.
import { card, head, html, joined, mark, nothing, press } from "../../js/draw.js";
import { toldOf } from "../../js/field/field_parts.js";

const ERROR_M = 50, STEP_M = 25, STEP_S = 60, MOST = 480, KEPT = "patrol", DAY_MS = 86_400_000;
const M_PER_DEGREE = 111195;

export const mend = card((city, place) => {
  const { say, page, outbox, field, orders } = city, redraw = place.redraw;
  const me = page.person?.person_mark ?? "";
  let patrol = /** @type {Patrol | null} */ (null), isOthers = false, last = "";
  outbox.on(redraw);
  field.on(() => { note(); redraw(); });
  const keep = (value) => window.citywallPhone.put(KEPT, value).catch((error) => console.info("citywall: patrol not kept,", String(error)));
  window.citywallPhone.get(KEPT).then((kept) => {
    if (!kept || patrol || Date.now() - kept.born > DAY_MS) return;
    if (kept.owner === me) patrol = kept;
    else isOthers = true;
    redraw();
  });

  function note() {
    const here = field.here(), last = patrol?.points.at(-1);
    if (!patrol || here.state !== "known" || here.accuracy > ERROR_M) return;
    const east = last ? (here.lon - last.lon) * Math.cos((here.lat * Math.PI) / 180) : 0;
    const moved = last ? M_PER_DEGREE * Math.hypot(east, here.lat - last.lat) : Infinity;
    if (last && moved < STEP_M && Date.now() - patrol.heard < STEP_S * 1000) return;
    const point = { lon: here.lon, lat: here.lat, at: cityTime(here.at), accuracy_m: Math.round(here.accuracy) };
    // Of a long patrol every second position is enough to say in which grids it was.
    const points = patrol.points.length < MOST ? patrol.points : patrol.points.filter((_, number) => number % 2 === 0);
    patrol = { ...patrol, points: [...points, point], heard: Date.now() };
    keep(patrol);
  }
  /** The city's time of a moment of the phone. @param {number} at `Date.now()` */
  function cityTime(at) {
    const now = city.city(), behind = Math.max(0, (Date.now() - at) / 1000) * (city.beat()?.rate ?? 1);
    return new Date(1000 * ((Number.isFinite(now) ? now : Date.now() / 1000) - behind)).toISOString();
  }
  function start() {
    const id = crypto.getRandomValues(new Uint8Array(12)).reduce((text, n) => text + n.toString(16).padStart(2, "0"), "");
    patrol = { id, owner: me, born: Date.now(), heard: 0, points: [] };
    last = "";
    keep(patrol);
    note();
    redraw();
  }
  function end() {
    if (!patrol) return;
    last = "patrol:" + patrol.id;
    if (patrol.points.length > 0) outbox.send("record_patrol", last, 0, { points: patrol.points });
    patrol = null;
    keep(null);
    redraw();
  }
  function state() {
    if (!patrol) return say.say(isOthers ? "patrol.other" : "patrol.idle");
    const here = field.here(), isBad = here.state === "known" && here.accuracy > ERROR_M;
    const points = patrol.points.length === 0 ? say.say("patrol.none") : say.say("patrol.points", { n: patrol.points.length, t: say.coarse((Date.now() - patrol.heard) / 1000) });
    return joined(points, isBad && say.say("patrol.off", { n: ERROR_M }));
  }

  return () => {
    if (!orders.may("record_patrol")) return nothing;
    const told = last && toldOf(city, last, say.say("verb.record_patrol"));
    return html`${head(patrol ? say.say("patrol.began", { t: say.hhmm(patrol.born / 1000) }) : say.say("patrol.title"), state())}${told || nothing}
      <button type="button" class="patrol" data-on=${mark(patrol !== null)} ${press(patrol !== null, (isOn) => (isOn ? end() : start()))}>${say.say(patrol ? "patrol.end" : "patrol.start")}</button>`;
  };
});
