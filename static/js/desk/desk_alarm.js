// The alarm of a desk: a critical case that comes in is heard, once in 10 s at most, and counted until it is looked at.
(function () {
  "use strict";
  const city = window.citywall, TONES = [880, 660], LEVEL = [523, 659, 784];
  const listeners = new Set();
  let known = /** @type {Set<string> | null} */ (null);
  let fresh = /** @type {string[]} */ ([]);

  for (const name of ["pointerdown", "keydown"]) addEventListener(name, city.sound.allow, { capture: true });
  city.sound.on(changed);
  city.sound.onLevel(() => city.sound.alert(LEVEL));

  // `keys`: marks of the critical cases that are open now; null = nobody knows, which is no change.
  function take(keys) {
    if (!keys) return;
    const now = new Set(keys), before = known, came = before === null ? [] : keys.filter((key) => !before.has(key));
    known = now;
    fresh = [...fresh.filter((key) => now.has(key)), ...came];
    if (came.length > 0) city.sound.alert(TONES);
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
    take, isHeard: city.sound.isHeard, fresh: () => [...fresh], sounded: city.sound.sounded,
    // The one that came first is looked at first; the others were seen with it.
    look() {
      const [first] = fresh;
      fresh = [];
      if (first?.startsWith("a:")) city.deskAlarms?.open(); // a sensor's
      else if (first) city.desk.select(first);
      changed();
    },
    on: (fn) => { listeners.add(fn); },
  };
})();
