// Many marks as one picture (layers/marks/many_marks.py). The one of the home view comes with its frame. A figure with
// another view shows a picture that the console draws for that view: marks are never enlarged or blurred by a zoom.
// A pressed mark of a picture tells what it is.
(function () {
  "use strict";
  const city = window.citywall, { make, show, text } = city.mend, { projection, layer, move } = city.overMap;
  const KEY = "units", FIGURES = { layer: "map", inset: "inset", beside: "beside" };
  const NEAR = 0.08, EDGE = 0.002, DENSE = 1.25, SETTLED_MS = 120, ASKED_MS = 3000, REACH_PX = 14, GAP_PX = 12;
  const { channel } = city.page, base = city.page.live.replace(/\/live\/.*$/, "");
  let turn = 0, laid = "";
  let pressed = /** @type {Record<string, any> | null} */ (null);

  // ---- pictures
  /** @param {any} figure */
  function viewOf(figure) {
    const { start: west, end: east } = figure.x_range, { end: north } = figure.y_range, width = figure.inner_width, height = figure.inner_height;
    return { west, east, north, south: figure.y_range.start, width, height, scale: (east - west) / width };
  }
  // The home picture will do for a view that it covers at nearly its own scale.
  function isHome(view, meta) {
    const { x, y, w, h } = meta.image, edge = (view.east - view.west) * EDGE;
    const covers = view.west >= x - edge && view.east <= x + w + edge && view.north <= y + edge && view.south >= y - h - edge;
    return covers && Math.abs(view.scale / meta.scale - 1) <= NEAR && devicePixelRatio <= DENSE;
  }
  // The address of the picture that a figure needs; "" = the one that came.
  function addressOf(prefix, frame) {
    const figure = city.figure(FIGURES[prefix]);
    if (!figure || !(figure.inner_width > 0)) return "";
    const view = viewOf(figure);
    if (prefix === "layer" && isHome(view, frame.meta)) return "";
    const asked = { x: view.west.toFixed(2), y: view.north.toFixed(2), m: view.scale.toPrecision(9),
      w: String(Math.ceil(view.width)), h: String(Math.ceil(view.height)), d: String(devicePixelRatio) };
    return `${base}/marks/${channel}/${KEY}/${frame.meta.v}.png?${new URLSearchParams(asked)}`;
  }
  const wanted = (frame) => Object.keys(FIGURES).map((prefix) => [prefix, addressOf(prefix, frame)]);
  async function pictureAt(url, frame) {
    const asked = new URLSearchParams(url.split("?")[1]), [x, y, scale, width, height] = ["x", "y", "m", "w", "h"].map((name) => Number(asked.get(name)));
    const picture = new Image();
    picture.crossOrigin = "anonymous"; // as Bokeh asks for it, so that it finds this one
    picture.src = url;
    const late = new Promise((_, fail) => setTimeout(fail, ASKED_MS));
    // Without it, the home view's picture is there: its marks are in their places, but not as sharp.
    try { await Promise.race([picture.decode(), late]); } catch { return frame.picture; }
    return { url: [url], x: [x], y: [y], w: [width * scale], h: [height * scale] };
  }
  async function picturesOf(places, frame) {
    const found = places.filter(([, url]) => url).map(async ([prefix, url]) => [prefix, await pictureAt(url, frame)]);
    return Object.fromEntries(await Promise.all(found));
  }
  async function fit(key, frame) {
    if (key !== KEY || !frame.meta.v) return;
    const places = wanted(frame);
    laid = places.join("\n");
    turn++;
    frame.pictures = await picturesOf(places, frame);
  }
  // The view has moved. Until the new picture is there the old one moves with the map.
  async function lay() {
    const frame = city.frame(KEY);
    projection(lay);
    if (!frame?.picture || frame.image) return; // of few marks, or not yet drawn
    if (wanted(frame).join("\n") === laid) return;
    const mine = ++turn;
    await new Promise((done) => setTimeout(done, SETTLED_MS));
    if (mine !== turn) return;
    const places = wanted(frame), told = places.join("\n"), found = await picturesOf(places, frame);
    if (mine !== turn || city.frame(KEY) !== frame) return;
    laid = told;
    frame.pictures = found;
    for (const bokeh of window.Bokeh?.documents ?? []) for (const prefix of Object.keys(FIGURES))
      bokeh.get_model_by_name(`${prefix}:${KEY}:picture`)?.setv({ data: found[prefix] ?? frame.picture }, { sync: false, check_eq: false });
  }

  // ---- a pressed mark
  async function press(px, py) {
    const frame = city.frame(KEY), map = projection(lay), [west, east] = map?.view ?? [];
    pressed = null;
    say();
    if (!map || !frame?.meta.v) return;
    const [x, y] = map.under(px, py), mine = (pressed = {});
    const asked = new URLSearchParams({ x: x.toFixed(1), y: y.toFixed(1), m: String((REACH_PX * (east - west)) / map.width) });
    try {
      const answer = await fetch(`${base}/marks/${channel}/${KEY}/${frame.meta.v}?${asked}`, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.ok) Object.assign(mine, (await answer.json()).mark ?? {});
    } catch { /* nothing is told of a mark */ }
    if (pressed === mine) say();
  }
  // At the place that was told, with the age of the position: the unit may be elsewhere by now.
  function say() {
    const over = layer("pressed-mark", 2), map = over && projection(say);
    if (!over || !map) return;
    const node = /** @type {HTMLElement} */ (over.firstChild ?? over.appendChild(capsule()));
    const isTold = pressed?.x !== undefined;
    show(node, isTold);
    if (!isTold) return;
    const [x, y] = map.at(pressed?.x, pressed?.y), { call_sign, state, as_of } = pressed ?? {};
    text(node, [city.say.road(call_sign) || call_sign, city.words(`unit_state.${state}`) ?? state, city.say.age(as_of, city.machine())].filter(Boolean).join(" · "));
    const left = Math.max(0, Math.min(map.width - node.offsetWidth, x + GAP_PX)), top = Math.max(0, Math.min(map.height - node.offsetHeight, y - node.offsetHeight / 2));
    move(node, { transform: `translate(${Math.round(left)}px,${Math.round(top)}px)` });
  }
  function capsule() {
    const node = make("div", "told-mark");
    node.style.cssText = "position:absolute;left:0;top:0;box-sizing:border-box;padding:5px 9px;font-size:15px;line-height:1.2;white-space:nowrap;"
      + "color:var(--text);background:var(--card);border:1px solid var(--muted);border-radius:var(--round-1)";
    return node;
  }

  city.manyMarks = { fit, press };
  city.on(`frame:${KEY}`, () => {
    lay();
    if (pressed) say();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !pressed) return;
    pressed = null;
    say();
  });
})();
