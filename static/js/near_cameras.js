// The cameras nearest to a case: where each looks, whether the place lies in its view, how old its picture is.
import { LATE_AFTER_S } from "./camera_picture.js";
import { html, joined, mark, nothing, shape, styleMap } from "./draw.js";

const WORDS = { lost: "near.camera_lost", frozen: "near.camera_frozen", black: "near.camera_black" };

/** @param {City} city @param {Row} camera */
export function nameOf({ say, words }, camera) {
  return say.road(camera.label) || words("street." + camera.street) || camera.id;
}

/** A wedge that points north, turned to where the camera looks. @param {Row} camera */
export function wedge({ azimuth, sees }) {
  const isKnown = azimuth !== null;
  return html`<svg class="wedge" viewBox="0 0 24 24" data-sees=${mark(sees === true)} data-none=${mark(!isKnown)}
    style=${styleMap(isKnown ? { transform: `rotate(${azimuth}deg)` } : {})}><path d="M12 12 5 1.5A13 13 0 0 1 19 1.5Z"/><circle cx="12" cy="12" r="2.5"/></svg>`;
}

/** Beside the age of a picture that is old: the shape of what is late. @param {City} city @param {Row} camera */
export function lateMark(city, { word, picture_at }) {
  const isLate = word === "live" && picture_at !== null && city.city() - picture_at > LATE_AFTER_S;
  return isLate ? html`<span class="mark">${shape("late")}</span>` : nothing;
}

/** "可见 · 画面12秒前", or why its picture is not true. @param {City} city @param {Voice} voice @param {Row} camera */
export function stateOf(city, voice, camera) {
  const { say } = city;
  if (camera.word !== "live") return say.say(WORDS[camera.word] ?? "near.camera_lost", { t: camera.since === null ? "" : voice.moment(camera.since) }).trim();
  const age = camera.picture_at === null ? say.say("near.no_picture") : say.say("near.camera_age", { age: say.age(camera.picture_at, city.city()) });
  const sees = camera.sees === null ? "" : say.say(camera.sees ? "near.camera_sees" : "near.camera_away");
  return joined(sees, age, !camera.on_wall && say.say("near.private"));
}
