// The order of a list in use: while a pointer is in it, or a form is open, nothing changes place, and what is new waits.
const STILL_MS = 4000, TOUCHED_MS = 1500;

/** @param {() => void} redraw */
export function held(redraw) {
  let kept = /** @type {string[]} */ ([]), until = -Infinity, timer = 0;
  function holdFor(ms) {
    until = performance.now() + ms;
    clearTimeout(timer);
    timer = setTimeout(redraw, ms + 20);
  }
  return {
    // A pointer that rests for four seconds reads; it is about to press nothing.
    hold: () => holdFor(STILL_MS),
    // A finger is lifted where the next press may be; a mouse has left the list.
    leave: (/** @type {PointerEvent} */ event) => { holdFor(event.pointerType === "mouse" ? 0 : TOUCHED_MS); },
    letGo: () => { until = -Infinity; },
    /**
     * The ids in the order to draw, and those that wait.
     * @param {string[]} told @param {boolean} isHeld whether something else holds them
     */
    of(told, isHeld) {
      if (!isHeld && performance.now() >= until) {
        kept = told;
        return { ids: kept, fresh: /** @type {string[]} */ ([]) };
      }
      const now = new Set(told), known = new Set(kept);
      return { ids: kept.filter((id) => now.has(id)), fresh: told.filter((id) => !known.has(id)) };
    },
  };
}
