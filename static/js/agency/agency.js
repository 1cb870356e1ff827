// An agency's page: that it is open, and its alarm. The alarm is armed by one tap, and heard and felt for a new P1,
// for a case that cannot wait, and for a reminder, nothing else. Armed is this page alone: a browser asks for the tap again after each load.
(function () {
  "use strict";
  const city = window.citywall, WATCH_MS = 4000;
  const NEW = [880, 660, 880, 0, 880, 660, 880], REMINDED = [660, 0, 660], SHAKE_MS = { new: [300, 150, 300, 150, 300], reminded: [200, 150, 200] };
  const listeners = new Set(), known = /** @type {Map<string, Map<string, number>>} */ (new Map());
  let isArmed = false, rung = 0;

  // One tap arms, the next one ends it. The first sound is its proof.
  function arm() {
    isArmed = !isArmed;
    if (isArmed) {
      city.sound.allow();
      setTimeout(() => city.sound.play([660]), 100);
    }
    changed();
  }
  /** What an order or a reminder does. @param {"new" | "reminded"} what */
  function ring(what) {
    if (!isArmed) return;
    const isHeard = city.sound.play(what === "new" ? NEW : REMINDED);
    const isFelt = navigator.vibrate?.(SHAKE_MS[what]) ?? false;
    if (isHeard || isFelt) rung += 1;
  }
  /**
   * The agency's tasks or cases as they are told now; what was there when the page came is not new.
   * @param {string} kind @param {{ id: string, rings: boolean, reminders: number }[]} rows `rings`: urgent, and nobody has it yet
   */
  function take(kind, rows) {
    const before = known.get(kind);
    known.set(kind, new Map(rows.map((row) => [row.id, row.reminders])));
    if (!before) return;
    if (rows.some((row) => row.rings && !before.has(row.id))) ring("new");
    else if (rows.some((row) => row.reminders > (before.get(row.id) ?? row.reminders))) ring("reminded");
  }
  function changed() {
    for (const fn of listeners) fn();
  }
  city.sound.on(changed);
  city.sound.onLevel(() => ring("new"));

  // Its tasks reach somebody while the page hears from its server; the server keeps this for ten seconds.
  function watch() {
    if (city.state().live && city.session() === "live") city.orders.say({ watching: true });
  }
  if (city.page.person) setInterval(watch, WATCH_MS);

  city.agency = {
    arm, take, on: (fn) => { listeners.add(fn); }, rung: () => rung,
    // "off", "armed", or "mute": armed, but the browser plays nothing.
    alarm: () => (!isArmed ? "off" : city.sound.isHeard() ? "armed" : "mute"),
  };
})();
