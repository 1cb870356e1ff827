// Over the map: what the call-outs, the desk's map and a cast on a wall have in common.
(function () {
  "use strict";
  const city = window.citywall, RADIUS = 6378137, watched = new WeakMap(); // onChange -> the figure it hears

  // Degrees to metres, EPSG:3857.
  const metres = (lon, lat) => [(RADIUS * lon * Math.PI) / 180, RADIUS * Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))];

  const degrees = (x, y) => [(x / RADIUS) * (180 / Math.PI), (2 * Math.atan(Math.exp(y / RADIUS)) - Math.PI / 2) * (180 / Math.PI)];

  // The projection of the map as it lies now: `at` from metres to px of its cell, `under` back. null while the
  // figure has no size. `onChange` (always the same function) is called in the next frame of the screen after the
  // map has moved.
  function projection(onChange) {
    const figure = city.figure("map");
    if (!figure || !(figure.inner_width > 0)) return null;
    if (watched.get(onChange) !== figure) {
      watched.set(onChange, figure);
      const soon = once(onChange);
      for (const model of [figure, figure.x_range, figure.y_range]) model.change.connect(soon);
    }
    const { start: west, end: east } = figure.x_range, { start: south, end: north } = figure.y_range;
    const width = figure.inner_width, height = figure.inner_height;
    return { figure, width, height, view: [west, east, south, north],
      under: (px, py) => [west + (px / width) * (east - west), north - (py / height) * (north - south)],
      at: (x, y) => [((x - west) / (east - west)) * width, ((north - y) / (north - south)) * height] };
  }
  function once(fn) {
    let isWaiting = false;
    return () => {
      if (isWaiting) return;
      isWaiting = true;
      requestAnimationFrame(() => { isWaiting = false; fn(); });
    };
  }

  // A layer over the whole map that lets the pointer through; null while the page has no map.
  function layer(name, z) {
    const cell = document.querySelector('[data-cell="map"]');
    if (!cell) return null;
    const found = cell.querySelector(`:scope > .${name}`);
    if (found) return /** @type {HTMLElement} */ (found);
    const made = city.mend.make("div", name);
    made.style.cssText = `position:absolute;inset:0;overflow:hidden;pointer-events:none;z-index:${z}`;
    cell.append(made);
    return made;
  }
  function move(node, style) {
    for (const [name, value] of Object.entries(style)) if (node.style[name] !== value) node.style[name] = value;
  }

  // Room for boxes over the map. The console places them for a wall's map in routine; where the map is smaller they would
  // cover each other, a critical mark, or what lies over the map. A box that would moves to the nearest free place: one that
  // covers no name of the map either, if it is near. Without any room there is none (null).
  const ORDER = ["callouts", "incidents", "levels", "winds"], OVERLAYS = ["storm", "sensors", "shown", "legend"], AIR = 3, RING = 20, STEP = 8, FAR = 240, NEAR = 120;
  const placed = /** @type {Map<string, number[][]>} */ (new Map());
  const STEPS = Array.from({ length: (2 * FAR) / STEP + 1 }, (_, at) => at * STEP - FAR);
  const OFFSETS = STEPS.flatMap((right) => STEPS.map((down) => [right, down, Math.hypot(right, down)])).filter(([, , far]) => far <= FAR).sort(([, , one], [, , two]) => one - two);
  const CLOSE = OFFSETS.filter(([, , far]) => far <= NEAR);

  /** @param {string} name a layer of ORDER; it gives way to those before it @param {MapProjection} map */
  function room(name, map) {
    const { key = [], marker = [], x = [], y = [] } = city.frame("cases")?.data ?? {}, critical = key.map((_, row) => row).filter((row) => marker[row] === "square");
    const marks = critical.map((row) => map.at(x[row], y[row])).map(([across, down]) => [across - RING, down - RING, across + RING, down + RING]);
    const taken = [...marks, ...overlays(), ...ORDER.slice(0, ORDER.indexOf(name)).flatMap((one) => placed.get(one) ?? [])], own = /** @type {number[][]} */ ([]);
    const named = names(map);
    placed.set(name, own);
    return (left, top, wide, high) => {
      /** @param {number[]} offset @param {number[][]} boxes */
      const isFree = (offset, boxes) => {
        const west = left + offset[0], north = top + offset[1];
        return west >= AIR && west + wide <= map.width - AIR && north >= AIR && north + high <= map.height - AIR
          && boxes.every((box) => west + wide + AIR <= box[0] || west - AIR >= box[2] || north + high + AIR <= box[1] || north - AIR >= box[3]);
      };
      const all = [...taken, ...own];
      const [right, down] = CLOSE.find((one) => isFree(one, named) && isFree(one, all)) ?? OFFSETS.find((one) => isFree(one, all)) ?? [];
      if (right === undefined) return null;
      own.push([left + right, top + down, left + right + wide, top + down + high]);
      return /** @type {[number, number]} */ ([left + right, top + down]);
    };
  }
  // The names of the map, in px of the map. A Latin letter is half as wide as a Chinese one.
  function names({ figure, at }) {
    const isLatin = city.page.lang === "en", told = (figure.renderers ?? []).filter((one) => one.visible && one.data_source?.name?.startsWith("layer:labels"));
    const sources = [...new Set(told.map((one) => one.data_source))];
    return sources.flatMap(({ data }) => Array.from(data.x ?? [], (x, row) => {
      const [across, down] = at(x, data.y[row]), size = parseFloat(data.size[row]), half = ((data[isLatin ? "en" : "zh"][row] ?? "").length * size * (isLatin ? 0.52 : 1)) / 2;
      return [across - half, down - size / 2, across + half, down + size / 2];
    }));
  }
  // What cards have drawn over the map, in px of the map.
  function overlays() {
    const cell = document.querySelector('[data-cell="map"]')?.getBoundingClientRect();
    const found = OVERLAYS.flatMap((key) => Array.from(document.querySelectorAll(`.region-map [data-cell="${key}"]`)).flatMap(chips));
    return cell ? found.map((one) => one.getBoundingClientRect()).filter((box) => box.width > 0)
      .map(({ left, top, right, bottom }) => [left - cell.left, top - cell.top, right - cell.left, bottom - cell.top]) : [];
  }
  function chips(node) {
    const own = [node, node.shadowRoot].filter(Boolean).flatMap((root) => Array.from(root.querySelectorAll(".chip, .signs, .ramp")));
    return own.length > 0 ? own : [node, node.shadowRoot].filter(Boolean).flatMap((root) => Array.from(root.children)).flatMap(chips);
  }

  city.overMap = { projection, metres, degrees, move, layer, room };
})();
