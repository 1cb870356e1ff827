// A page in the field: where the phone is, whether the page hears of its server, and the worker that keeps the page as
// an app. A position has its error and its age; nothing is guessed.
(function () {
  "use strict";
  const city = window.citywall, { page } = city;
  const M_PER_DEGREE = 111195, SILENT_S = 4, CHECK_MS = 1000, KEEP_MS = 5000;
  const listeners = new Set();
  let here = /** @type {Here} */ ({ state: "none", lon: NaN, lat: NaN, accuracy: NaN, at: 0 });
  let watched = /** @type {number | null} */ (null), heardAt = Date.now(), keptAt = -Infinity, isOff = false;

  function locate() {
    if (!navigator.geolocation) return set({ state: "none" });
    if (watched !== null) navigator.geolocation.clearWatch(watched);
    set({ state: here.state === "known" ? "known" : "asking" });
    const options = { enableHighAccuracy: true, maximumAge: 5000, timeout: 30000 };
    watched = navigator.geolocation.watchPosition(({ coords, timestamp }) => {
      set({ state: "known", lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, at: timestamp });
    }, ({ code }) => { if (here.state !== "known") set({ state: code === 1 ? "refused" : "none" }); }, options);
  }
  /** @param {Partial<Here>} news */
  function set(news) {
    here = { ...here, ...news };
    changed();
  }
  function changed() {
    for (const fn of listeners) fn();
  }
  /** @param {number | null} lon @param {number | null} lat */
  function metresTo(lon, lat) {
    if (lon === null || lat === null || here.state !== "known") return null;
    const east = (here.lon - lon) * Math.cos((((here.lat + lat) / 2) * Math.PI) / 180);
    return M_PER_DEGREE * Math.hypot(east, here.lat - lat);
  }

  // The beats of the live socket: without them the page is off, and says since when.
  function watch() {
    const age = Number(city.state().age), isNew = !isOff && Date.now() - heardAt < 1000 * SILENT_S;
    if (age < SILENT_S) heardAt = Date.now() - 1000 * age;
    if (age < SILENT_S && heardAt - keptAt >= KEEP_MS) note();
    const isHeard = age < SILENT_S || isNew;
    if (isHeard !== isOff) return;
    isOff = !isHeard;
    changed();
  }
  setInterval(watch, CHECK_MS);

  const remember = (name, value) => window.citywallPhone.put(name, value).catch((error) => console.info("citywall: not remembered,", String(error)));
  // What the offline page needs to know of the person, and the worker that shows it.
  function keep() {
    if (!page.person) return;
    const { build, channel, scope, lang, zone } = page, { person_mark: owner, holder, verbs } = page.person;
    remember("person", { build, channel, scope, lang, zone, owner, holder, verbs });
  }
  keep();
  function note() {
    keptAt = heardAt;
    remember("heard", Math.round(heardAt));
  }
  navigator.serviceWorker?.register("/phone-worker.js", { scope: `/${page.channel}/` }).catch((error) => console.info("citywall: no worker,", String(error)));

  // Orders go through the outbox here, so a press counts whether or not the page's session lives.
  city.orders.isLive = () => true;
  city.field = { here: () => here, locate, metresTo, offlineSince: () => (isOff ? heardAt : null), on: (fn) => { listeners.add(fn); } };
  locate();
})();
