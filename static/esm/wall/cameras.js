// 视频: a strip of pictures. One that does not come, or that was taken long ago, is covered and said: never shown as if live.
import { card, each, head, html, mark, nothing, shape } from "../../js/draw.js";
import { LATE_AFTER_S, LOST_AFTER_S, newest, PICTURE_MS } from "../../js/camera_picture.js";

/** What is said of a camera whose picture is not true, by its state. @type {Record<string, string>} */
const GONE = { frozen: "near.camera_frozen", black: "near.camera_black" };

/**
 * The newest picture of a camera; `taken` in city seconds, null = none came yet; `isMissing`: there was none at the last look.
 * @typedef {{ url: string, taken: number | null, isMissing: boolean, asked: number }} Picture
 */

/** @param {(city: City, view: View) => string[]} title title and note */
export const strip = (title) => card((city, { face, redraw }) => {
  const { say, words } = city;
  /** @type {Map<string, Picture>} */
  const pictures = new Map();

  return (view) => {
    const { order, rows } = view;
    for (const id of pictures.keys()) if (!rows.has(id)) forget(id);
    if (!document.hidden && face.checkVisibility()) for (const id of order) if (rows.get(id).well) ask(id);
    const [name, note] = title(city, view);
    return html`${head(name, order.length === 0 ? say.say("unknown") : note)}
      <ol>${each(order, (id) => {
        const row = rows.get(id), one = pictures.get(id), age = ageOf(one), isNear = row.metres !== null;
        const isLost = !row.well || age > LOST_AFTER_S;
        return html`<li><p class="where"><span class="mark" ?hidden=${!isNear}>${shape("critical")}</span
            ><span class="place">${say.road(row.label) || words("street." + row.street) || say.say("shown.unplaced")}</span
            ><span class="far" ?hidden=${!isNear}>${isNear ? say.say("near.m", { n: row.metres }) : ""}</span></p
          ><div class="screen" data-lost=${mark(isLost)}>${isLost ? html`<p>${gone(row, one)}</p>` : one?.url ? html`<img alt="" src=${one.url}>` : nothing}${
          !isLost && age > LATE_AFTER_S ? html`<span class="late"><span class="mark">${shape("late")}</span>${say.late(one?.taken ?? 0, city.city())}</span>` : nothing}</div></li>`;
      })}</ol>`;
  };

  /** Of a picture that never came it has no end. @param {Picture | undefined} one */
  function ageOf(one) {
    if (one === undefined || one.taken === null) return one?.isMissing ? Infinity : 0;
    return city.city() - one.taken;
  }
  /** @param {Row} row @param {Picture | undefined} one */
  function gone(row, one) {
    const since = row.since ?? one?.taken ?? null;
    const word = GONE[row.word] ?? "near.camera_lost";
    return say.say(row.well ? "near.camera_lost" : word, { t: since === null ? "" : say.moment(since, city.city(), say.hhmmss) }).trim();
  }

  /** Ask for a picture when it is time to. @param {string} id */
  async function ask(id) {
    const one = pictures.get(id) ?? { url: "", taken: null, isMissing: false, asked: -Infinity };
    if (performance.now() - one.asked < PICTURE_MS) return;
    one.asked = performance.now();
    pictures.set(id, one);
    const found = await newest(`/camera/${encodeURIComponent(id)}.jpg`), isThere = found.url !== "";
    if (pictures.get(id) !== one) { if (isThere) URL.revokeObjectURL(found.url); return; }
    if (isThere) show(one, found);
    one.isMissing = !isThere;
    redraw();
  }
  /** @param {Picture} one @param {import("../../js/camera_picture.js").Found} found */
  function show(one, found) {
    if (one.url) setTimeout(URL.revokeObjectURL, PICTURE_MS, one.url);
    Object.assign(one, { url: found.url, taken: found.taken });
  }
  /** @param {string} id */
  function forget(id) {
    const url = pictures.get(id)?.url;
    if (url) URL.revokeObjectURL(url);
    pictures.delete(id);
  }
});

export const mend = strip(({ say }) => [say.say("layer.cameras"), ""]);
