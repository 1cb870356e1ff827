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

  city.overMap = { projection, metres, degrees, move, layer };
})();
