// The wall: a canvas 1080 high, scaled to its window; the view-lock; the calibration picture.
(function () {
  "use strict";
  const HEIGHT = 1080, NARROWEST = 1600, LOWEST = 900, HALL_PX = 24, GLYPH = 0.92;
  const query = new URLSearchParams(location.search);
  const city = window.citywall;

  // ---- scale. One CSS px of the canvas is `scale` px of the window.
  let scale = 1;
  function wanted() {
    let fit = Math.min(innerHeight / HEIGHT, innerWidth / NARROWEST);
    if (query.has("wall_m") || query.has("view_m")) {
      // Hall text must be view_m / 200 high on a wall that is wall_m wide.
      const wall = positive(query.get("wall_m"), 4), view = positive(query.get("view_m"), 8);
      fit = Math.max(fit, ((view / 200) * innerWidth) / (HALL_PX * GLYPH * wall));
    }
    // Past this the text would stand where the map and the rows should; the calibration picture tells.
    return Math.min(fit, innerHeight / LOWEST, innerWidth / NARROWEST);
  }
  function positive(text, otherwise) {
    const number = Number(text);
    return Number.isFinite(number) && number > 0 ? number : otherwise;
  }
  function rescale() {
    scale = wanted();
    const body = document.getElementById("page");
    if (!body) return;
    body.style.zoom = String(scale);
    body.style.width = `${innerWidth / scale}px`;
    body.style.height = `${innerHeight / scale}px`;
    city.mend.mark(body, "wide", isWide());
    askForWide();
  }
  function isWide() {
    const { wide_from: from } = city.page;
    return from !== null && innerWidth / scale >= from;
  }
  // What only a wide canvas shows is not sent to others: a canvas that is wide asks for the page that has it, once.
  function askForWide() {
    if (query.has("wide") || !isWide()) return;
    const url = new URL(location.href);
    url.searchParams.set("wide", "1");
    location.replace(url);
  }

  // Bokeh measures boxes in px of the window and draws at the device's pixel ratio. Inside a scaled canvas
  // both would be wrong (a map twice too large, or blurred), so the page is told canvas px throughout.
  const getter = (owner, name) => /** @type {() => number} */ (Object.getOwnPropertyDescriptor(owner, name)?.get);
  const ratio = getter(window, "devicePixelRatio");
  Object.defineProperty(window, "devicePixelRatio", { get: () => ratio.call(window) * scale, configurable: true });
  const box = Element.prototype.getBoundingClientRect;
  Element.prototype.getBoundingClientRect = function () {
    const r = box.call(this);
    return scale === 1 ? r : new DOMRect(r.x / scale, r.y / scale, r.width / scale, r.height / scale);
  };
  for (const name of ["clientX", "clientY", "pageX", "pageY", "x", "y"]) {
    const get = getter(MouseEvent.prototype, name);
    Object.defineProperty(MouseEvent.prototype, name, { get() { return get.call(this) / scale; }, configurable: true });
  }
  addEventListener("resize", rescale);
  scale = wanted();
  askForWide();

  // ---- the view-lock. A wall moves for a reason: a person locks it, ★ unlocks it, new P1 bring it home.
  let isLocked = false, home = /** @type {number[] | null} */ (null), critical = /** @type {string | null} */ (null);
  const read = (f) => [f.x_range.start, f.x_range.end, f.y_range.start, f.y_range.end];
  function move(view) {
    const f = city.figure("map");
    if (!f || !view) return;
    // The tag is map_fit.js's: at home the view follows the size of its place.
    f.x_range.setv({ start: view[0], end: view[1], ...(view === home && { tags: [view] }) }, { sync: false });
    f.y_range.setv({ start: view[2], end: view[3] }, { sync: false });
  }
  function remember() {
    const url = new URL(location.href), f = city.figure("map");
    if (isLocked && f) url.searchParams.set("view", read(f).map(Math.round).join(","));
    else url.searchParams.delete("view");
    if (url.href !== location.href) history.replaceState(null, "", url);
  }
  function lock() { isLocked = true; sign(); }
  function unlock() { isLocked = false; move(home); remember(); sign(); }
  function sign() {
    const region = document.querySelector(".region-map");
    if (region) city.mend.mark(region, "locked", isLocked && city.words("map.locked"));
  }
  function look() {
    const f = city.figure("map");
    if (f && home === null && f.x_range.tags.length > 0) {
      home = read(f);
      const kept = (query.get("view") ?? "").split(",").map(Number);
      if (kept.length === 4 && kept.every(Number.isFinite) && kept[0] < kept[1] && kept[2] < kept[3]) {
        lock();
        move(kept);
      }
    } else if (f && home !== null && !isLocked && held === null) {
      home = read(f); // the figure fits itself when its window changes
    }
    const keys = city.card("act")?.scalars.critical_keys;
    if (keys) {
      const set = keys.join("\n");
      if (critical !== null && critical !== set && !isLocked && held === null) move(home);
      critical = set;
    }
    if (isLocked) remember();
  }
  function listen() {
    const map = document.querySelector('[data-cell="map"]');
    for (const name of ["pointerdown", "wheel"]) map?.addEventListener(name, lock, { capture: true, passive: true });
    addEventListener("keydown", (event) => { if (event.key === "*" || event.key === "★") { unlock(); city.wall.onStar?.(); } });
    city.on("act", look);
  }
  // What a desk puts on the wall (wall_shown.js) moves the view while it is there; then it goes back.
  let held = /** @type {{ isLocked: boolean, view: number[] | null } | null} */ (null);
  function hold(view) {
    if (held === null) held = { isLocked, view: isLocked ? read(city.figure("map")) : null };
    isLocked = false;
    sign();
    move(view);
  }
  function letGo() {
    const before = held;
    held = null;
    if (before === null || isLocked) return; // somebody moved the map meanwhile: it stays where that left it
    if (before.isLocked) { lock(); move(before.view); } else move(home);
  }
  city.wall = { hold, letGo, isReady: () => home !== null, onStar: null, name: query.get("wall") ?? "hall" };
  city.locked = () => isLocked;
  city.unlock = unlock;

  // ---- /wall?calibrate: is the text high enough, are the greys apart, do the colours look like themselves
  function calibrate() {
    const { make, text } = city.mend, body = document.getElementById("page") ?? document.body;
    const wall = positive(query.get("wall_m"), 4), view = positive(query.get("view_m"), 8);
    const cm = innerWidth / scale / (wall * 100);
    const line = (px, key) => {
      const node = make("p");
      node.style.fontSize = `${px}px`;
      const values = { px: Math.round(px), cm: ((px * GLYPH) / cm).toFixed(1), m: ((px * GLYPH * 2) / cm).toFixed(1) };
      text(node, city.say.say(key, values));
      return node;
    };
    const ruler = make("div", "ruler");
    for (let at = 0; at * cm <= innerWidth / scale - 80 && at <= 200; at += 10) {
      const tick = make("span");
      tick.style.left = `${at * cm}px`;
      text(tick, at % 50 === 0 ? `${at} cm` : "");
      ruler.append(tick);
    }
    const swatches = (colours) => make("div", "swatches", colours.map((colour) => {
      const box = make("span");
      box.style.background = colour;
      return box;
    }));
    const greys = Array.from({ length: 12 }, (_, i) => `rgb(${[8, 10, 12].map((base) => base + i * 20)})`);
    const colours = ["red", "orange", "yellow", "blue", "present", "density-1", "density-2", "density-3", "density-4"];
    const head = make("h1");
    text(head, city.say.say("calibrate.title", { wall, view }));
    body.append(make("section", "calibrate", [
      head, ruler, line(HALL_PX, "calibrate.hall"), line(18, "calibrate.front"), line(48, "calibrate.figure"),
      swatches(greys), swatches(colours.map((name) => `var(--${name})`)),
    ]));
  }

  addEventListener("DOMContentLoaded", () => {
    rescale();
    if (query.has("calibrate")) calibrate();
    else listen();
  });
})();
