// Heat over the map: tiles for views other than the home view, and what a pressed place says.
// The home view's picture comes with the live socket (live.js), and so does the version of the tiles that go with it.
(function () {
  "use strict";
  const city = window.citywall, { projection, degrees } = city.overMap;
  const SOURCE = "layer:heat", HALF = Math.PI * 6378137, TILE_PX = 512, CELL_PX = 4, MOST = 24, NEARER = 0.75, DRAG_PX = 4;
  let laid = "", turn = 0, holding = false, heard = /** @type {unknown} */ (undefined);
  let pressed = /** @type {HeatPress | null} */ (null);
  let down = /** @type {number[] | null} */ (null);
  const channel = city.page.channel, base = city.page.live.replace(/\/live\/.*$/, "");
  const nameOf = (meta) => `${meta.kind}.${meta.window}`;

  // ---- tiles
  // The home picture will do as long as it covers the view and its cells are not much larger than those of a tile.
  function isHome(map, meta) {
    const [west, east, south, north] = map.view, { x, y, w, h } = meta.image, edge = (east - west) * 0.002;
    const covers = west >= x - edge && east <= x + w + edge && north <= y + edge && south >= y - h - edge;
    return covers && ((east - west) / map.width) * CELL_PX >= meta.cell * NEARER;
  }
  function tilesOf(map, meta) {
    const [west, east, south, north] = map.view, perPx = (east - west) / map.width;
    let z = Math.max(0, Math.min(20, Math.round(Math.log2((2 * HALF) / (TILE_PX * perPx)))));
    for (;; z--) {
      const size = (2 * HALF) / 2 ** z, last = 2 ** z - 1, clamp = (at) => Math.max(0, Math.min(last, Math.floor(at)));
      const [x0, x1] = [west, east].map((x) => clamp((x + HALF) / size)), [y0, y1] = [north, south].map((y) => clamp((HALF - y) / size));
      if ((x1 - x0 + 1) * (y1 - y0 + 1) > MOST && z > 0) continue;
      const data = { url: /** @type {string[]} */ ([]), x: numbers(), y: numbers(), w: numbers(), h: numbers() };
      for (let x = x0; x <= x1; x++) for (let y = y0; y <= y1; y++) {
        data.url.push(`${base}/tiles/${channel}/${nameOf(meta)}/${z}/${x}/${y}.png?v=${meta.v}`);
        data.x.push(x * size - HALF);
        data.y.push(HALF - y * size);
        data.w.push(size);
        data.h.push(size);
      }
      return data;
    }
  }
  const numbers = () => /** @type {number[]} */ ([]);
  function put(data) {
    for (const bokeh of window.Bokeh?.documents ?? []) bokeh.get_model_by_name(SOURCE)?.setv({ data }, { sync: false, check_eq: false });
  }
  async function lay() {
    const frame = city.frame("heat"), map = frame && projection(lay);
    if (!map || !frame.meta.image) return;
    const { meta } = frame;
    if (meta.off || isHome(map, meta)) {
      if (!holding) return;
      holding = false;
      laid = "";
      turn++;
      if (frame.data.url) put(frame.data);
      return;
    }
    const data = tilesOf(map, meta), key = data.url.join("\n");
    if (key === laid) return;
    laid = key;
    const mine = ++turn;
    // All are here before any is shown, so that the map never blanks.
    await Promise.allSettled(data.url.map((url) => {
      const picture = new Image();
      picture.crossOrigin = "anonymous"; // as Bokeh asks for it, so that it finds this one
      picture.src = url;
      return picture.decode();
    }));
    if (mine !== turn) return;
    holding = true;
    put(data);
  }
  city.holds = (source) => holding && source === SOURCE;

  // ---- what a pressed place says
  async function press(px, py) {
    city.manyMarks?.press(px, py);
    const frame = city.frame("heat"), map = projection(lay);
    if (!map || !frame?.meta.kind || frame.meta.off) return;
    const [x, y] = map.under(px, py), [lon, lat] = degrees(x, y), [west, east] = map.view;
    const mine = (pressed = /** @type {HeatPress} */ ({ lon, lat, state: "asked", cell: null }));
    city.tell("heat");
    try {
      const asked = new URLSearchParams({ x: x.toFixed(1), y: y.toFixed(1), m: String((east - west) / map.width) });
      const answer = await fetch(`${base}/heat/${channel}/${nameOf(frame.meta)}?${asked}`, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(String(answer.status));
      mine.cell = await answer.json();
      mine.state = "told";
    } catch { mine.state = "failed"; }
    if (pressed === mine) city.tell("heat");
  }
  // A desk's map has its own clicks (desk_map.js). On a wall somebody must have signed in.
  function listen() {
    const map = /** @type {HTMLElement | null} */ (document.querySelector('[data-cell="map"]'));
    if (channel !== "wall" || !map) return;
    map.addEventListener("pointerdown", (event) => { down = "seat" in document.body.dataset ? [event.clientX, event.clientY] : null; }, { capture: true, passive: true });
    map.addEventListener("pointerup", (event) => {
      if (down === null || Math.hypot(event.clientX - down[0], event.clientY - down[1]) > DRAG_PX) return;
      down = null;
      const box = map.getBoundingClientRect();
      press(event.clientX - box.x, event.clientY - box.y);
    }, { capture: true, passive: true });
  }
  function close() {
    pressed = null;
    city.tell("heat");
  }

  city.heatMap = { press, close, pressed: () => pressed };
  city.on("frame:heat", () => {
    lay();
    const frame = city.frame("heat");
    if (frame === heard) return; // the page's tick: the cards draw themselves
    heard = frame;
    city.tell("heat");
    city.tell("legend");
  });
  addEventListener("DOMContentLoaded", listen);
})();
