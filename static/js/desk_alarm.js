// The alarm of a desk: a critical case that comes in is heard, once in 10 s at most, and counted until it is looked at.
(function () {
  "use strict";
  const city = window.citywall, EVERY_MS = 10000, TONES = [880, 660], TONE_S = 0.14, LOUD = 0.15;
  const listeners = new Set();
  let known = /** @type {Set<string> | null} */ (null), audio = /** @type {AudioContext | null} */ (null);
  let fresh = /** @type {string[]} */ ([]), last = -Infinity, sounded = 0;

  // A browser lets a page be heard only after its person has touched it.
  function allow() {
    if (audio === null) {
      audio = new AudioContext();
      audio.addEventListener("statechange", changed);
    }
    if (audio.state === "suspended") audio.resume().catch(() => {});
  }
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, allow, { capture: true });
  const isHeard = () => audio?.state === "running";

  function sound() {
    const heard = audio;
    if (heard?.state !== "running") return;
    sounded += 1;
    TONES.forEach((tone, place) => {
      const source = heard.createOscillator(), volume = heard.createGain(), at = heard.currentTime + place * TONE_S;
      source.frequency.value = tone;
      volume.gain.value = LOUD;
      source.connect(volume).connect(heard.destination);
      source.start(at);
      source.stop(at + TONE_S);
    });
  }
  // `keys`: marks of the critical cases that are open now; null = nobody knows, which is no change.
  function take(keys) {
    if (!keys) return;
    const now = new Set(keys), before = known, came = before === null ? [] : keys.filter((key) => !before.has(key));
    known = now;
    fresh = [...fresh.filter((key) => now.has(key)), ...came];
    if (came.length > 0 && performance.now() - last >= EVERY_MS) {
      last = performance.now();
      sound();
    }
  }
  function changed() {
    for (const fn of listeners) fn();
  }
  city.desk.onSelected((mark) => {
    if (mark === null || !fresh.includes(mark)) return;
    fresh = fresh.filter((key) => key !== mark);
    changed();
  });
  city.desk.alarm = {
    take, isHeard, fresh: () => [...fresh], sounded: () => sounded,
    // The one that came first is looked at first; the others were seen with it.
    look() {
      const [first] = fresh;
      fresh = [];
      if (first) city.desk.select(first);
      changed();
    },
    on: (fn) => { listeners.add(fn); },
  };
})();
