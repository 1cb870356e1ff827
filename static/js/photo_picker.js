// Photos for an order: taken or chosen, shown small, taken away again. They are kept here until they are sent.
import { html, nothing } from "./draw.js";

const MOST_BYTES = 10 * 2 ** 20, TYPES = "image/jpeg,image/png,image/webp,image/heic,image/heif";

/** @param {City} city @param {() => void} redraw @param {number} [most] @param {boolean} [isCamera] a new photo, straight from the camera */
export function photosOf({ say }, redraw, most = 4, isCamera = false) {
  let photos = /** @type {{ file: Blob, url: string }[]} */ ([]), wrong = "";
  /** @param {Event} event */
  function take({ target }) {
    const input = /** @type {HTMLInputElement} */ (target), files = Array.from(input.files ?? []);
    wrong = files.some((file) => file.size > MOST_BYTES) ? say.say("photo.too_large") : "";
    const good = files.filter((file) => file.size <= MOST_BYTES).map((file) => ({ file, url: URL.createObjectURL(file) }));
    const all = [...photos, ...good];
    for (const { url } of all.slice(most)) URL.revokeObjectURL(url);
    photos = all.slice(0, most);
    input.value = "";
    redraw();
  }
  function remove(one) {
    URL.revokeObjectURL(one.url);
    photos = photos.filter((other) => other !== one);
    redraw();
  }
  return {
    files: () => photos.map(({ file }) => file),
    count: () => photos.length,
    wrong: () => wrong,
    forget: () => photos.forEach(({ url }) => URL.revokeObjectURL(url)),
    /** @param {string} [label] what they show */
    draw: (label) => html`<div class="shots">${label ? html`<span class="label">${label}</span>` : nothing}${photos.map((one, place) =>
      html`<button type="button" class="shot" title=${say.say("agency.remove_photo")} @click=${() => remove(one)}><img src=${one.url} alt=${say.say("agency.photo", { n: place + 1 })}></button>`)}
      <label class="take" ?hidden=${photos.length >= most}>${say.say("agency.take_photo")}<input type="file" accept=${TYPES} ?multiple=${!isCamera} capture=${isCamera ? "environment" : nothing} aria-label=${label || say.say("agency.take_photo")} @change=${take}></label></div>`,
  };
}
