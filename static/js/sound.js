// What a page lets be heard: short tones of its own, no file. A browser lets a page be heard only after its person has touched it.
(function () {
  "use strict";
  const city = window.citywall, TONE_S = 0.14, LOUD = 0.15;
  const listeners = new Set();
  let audio = /** @type {AudioContext | null} */ (null), sounded = 0;

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
  city.sound = {
    allow, play, isHeard: () => audio?.state === "running", sounded: () => sounded,
    on: (fn) => { listeners.add(fn); },
  };
})();
