// The newest picture of a camera, asked for again and again while it is looked at; each with the moment it was taken.

/** Machine time (ms) after which the next picture is asked for. */
export const PICTURE_MS = 2000;
// Ages (s) of a picture: over a minute, as long as pictures are kept (feeds/gateway/picture_store.py), it says so; over the other one
// it is covered: a camera that is not heard for so long is lost (city/video/camera_state.py).
export const LATE_AFTER_S = 60, LOST_AFTER_S = 300;

/**
 * @typedef {{ status: number, url: string, taken: number | null }} Found
 * `url` "" = there is none, and `status` says why (0 = no answer); `taken` in city seconds.
 */

/** A picture, decoded. Who gets one frees its `url`. @param {string} address @returns {Promise<Found>} */
export async function newest(address) {
  let url = "", status = 0;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PICTURE_MS) });
    const taken = Date.parse(answer.headers.get("X-Taken-At") ?? "") / 1000;
    status = answer.status;
    if (!answer.ok || !Number.isFinite(taken)) return { status, url, taken: null };
    url = URL.createObjectURL(await answer.blob());
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    return { status, url, taken };
  } catch {
    if (url) URL.revokeObjectURL(url);
    return { status, url: "", taken: null };
  }
}
