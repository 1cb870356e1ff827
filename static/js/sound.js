// What a page lets be heard: short tones of its own, no file. A browser lets a page be heard only after its person has touched it.
(function () {
  "use strict";
  const city = window.citywall, TONE_S = 0.14, LOUD = 0.15, EVERY_MS = 10000, TEST = [660];
  const listeners = new Set(), ofLevels = new Set();
  let audio = /** @type {AudioContext | null} */ (null), sounded = 0, last = -Infinity, rank = /** @type {number | null} */ (null);

  // To be called while the person touches the page.
  function allow() {
    if (audio === null) {
      audio = new AudioContext();
      audio.addEventListener("statechange", () => { for (const fn of listeners) fn(); });
    }
    if (audio.state !== "running") audio.resume().catch(() => {});
  }
  /** @param {number[]} tones Hz, one after the other; 0 = silence. Whether they are heard. */
  function play(tones) {
    const heard = audio;
    if (heard?.state !== "running") return false;
    sounded += 1;
    tones.forEach((tone, place) => {
      if (tone === 0) return;
      const source = heard.createOscillator(), volume = heard.createGain(), at = heard.currentTime + place * TONE_S;
      source.frequency.value = tone;
      volume.gain.value = LOUD;
      source.connect(volume).connect(heard.destination);
      source.start(at);
      source.stop(at + TONE_S);
    });
    return true;
  }
  // An alarm: one sound in ten seconds at most, whatever it is of; the page counts the others.
  /** @param {number[]} tones */
  function alert(tones) {
    if (performance.now() - last < EVERY_MS) return false;
    last = performance.now();
    return play(tones);
  }
  // Whoever presses hears that the page can be heard: a browser may still be silent.
  async function test() {
    allow();
    await audio?.resume().catch(() => {});
    play(TEST);
  }
  // A level that rises to Ⅱ or Ⅰ is heard; Ⅳ and Ⅲ, and what was in force when the page came, are not.
  city.on("level_band", (view) => {
    if (!view) return;
    const { rank: real = 0, drill_rank: drill = 0, loud } = view.scalars, now = Math.max(real, drill);
    if (rank !== null && now > rank && loud) for (const fn of ofLevels) fn(now);
    rank = now;
  });
  city.sound = {
    allow, play, alert, test,
    onLevel: (fn) => { ofLevels.add(fn); }, isHeard: () => audio?.state === "running", sounded: () => sounded,
    on: (fn) => { listeners.add(fn); },
  };
})();
