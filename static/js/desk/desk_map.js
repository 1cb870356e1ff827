// @ts-nocheck: its pointer events and nodes have no types yet.
// The desk's map: it moves for its own person only. The chosen case is ringed and brought into the middle; a
// click on a mark, a ring of an ordinary case or a call-out chooses the case and opens its pop-up; a click on a
// sensor off normal opens the draft of an incident. The other mouse button opens it from any point.
(function () {
  "use strict";
  const city = window.citywall, { make, text, mark, show, rows, reshape, press } = city.mend, { metres, move } = city.overMap;
  const REACH_PX = 14, DRAG_PX = 4, RING_PX = 48, POPUP = [250, 14], EDGE_PX = 6;
  const NEAREST_M = 3000; // half the height of the view that a chosen case gets, if the view was wider
  let opened = null, down = null, centred = null;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .desk-map .chosen-ring { position: absolute; width: ${RING_PX}px; height: ${RING_PX}px; box-sizing: border-box; border: 2px solid var(--text); border-radius: 50%; }
    .desk-map [hidden] { display: none !important; }
    .desk-map .popup { position: absolute; width: ${POPUP[0]}px; box-sizing: border-box; padding: 8px 10px; pointer-events: auto; background: var(--card);
      border: 1px solid var(--muted); border-radius: var(--round-1); font-size: 15px; line-height: 1.35; color: var(--text); }
    .desk-map p { margin: 0; }
    .desk-map .what { display: flex; gap: 7px; font-size: 16px; }
    .desk-map .what .mark { flex: none; width: 15px; height: 15px; margin-top: 3px; }
    .desk-map .what span:last-child { overflow-wrap: anywhere; }
    .desk-map .shape-critical { color: var(--red); } .desk-map .shape-urgent { color: var(--orange); } .desk-map .shape-normal { color: var(--faint); }
    .desk-map .who { color: var(--muted); }
    .desk-map .who[data-over] { color: var(--red-text); }
    .desk-map .buttons { display: flex; flex-wrap: wrap; gap: 6px; padding-top: 6px; }
    .desk-map button { font: inherit; line-height: 1; color: var(--text); background: #172234; border: 1px solid #2A3A52; border-radius: var(--round-1); padding: 6px 9px; cursor: pointer; }
    .desk-map button:disabled { color: var(--faint); cursor: default; }
    .desk-map button:focus-visible { outline: 2px solid var(--blue); outline-offset: 1px; }
  `);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

  const cell = () => document.querySelector('[data-cell="map"]');
  const isPlaced = (row) => Number.isFinite(row?.lon) && Number.isFinite(row?.lat);

  const projected = () => city.overMap.projection(draw);

  // ---- what stands under a point: the nearest mark within reach, critical and urgent ones before ordinary
  function hit(px, py) {
    const projection = projected();
    if (!projection) return null;
    return nearest("cases", projection, px, py, (data, row) => data.key[row]) ?? nearest("ordinary", projection, px, py, (data, row) => name(data.mark?.[row]));
  }
  function nearest(key, projection, px, py, told) {
    const frame = city.frame(key), { data } = frame ?? {};
    if (!data?.x || (key === "ordinary" && !isNear(projection))) return null;
    let best = null, least = REACH_PX;
    for (let row = 0; row < data.x.length; row++) {
      const [x, y] = projection.at(data.x[row], data.y[row]), far = Math.hypot(x - px, y - py);
      if (far > least) continue;
      const found = told(data, row);
      if (found) { best = { mark: found, x: data.x[row], y: data.y[row] }; least = far; }
    }
    return best;
  }
  // Rings of ordinary cases are to be seen from street zoom on only, see layers/marks/ordinary_cases.py.
  const STREET_ZOOM = 14;
  const isNear = ({ view, width }) => (view[1] - view[0]) / width <= STREET_ZOOM;
  // A mark is 12 hexadecimal digits; the frame of ordinary cases has it as a number.
  const name = (number) => (Number.isFinite(number) ? number.toString(16).padStart(12, "0") : null);

  // A sensor off normal: an incident can be opened from it.
  function device(px, py) {
    const projection = projected();
    return projection && nearest("sensors", projection, px, py, (data, row) => data.device?.[row]);
  }

  // ---- the pointer on the map: a click that is no drag
  function listen() {
    const map = cell();
    map?.addEventListener("pointerdown", (event) => { down = event.button === 0 ? [event.clientX, event.clientY] : null; }, { capture: true, passive: true });
    map?.addEventListener("contextmenu", begin, { capture: true });
    map?.addEventListener("pointerup", (event) => {
      if (down === null || Math.hypot(event.clientX - down[0], event.clientY - down[1]) > DRAG_PX) return;
      down = null;
      // What lies over the map has its own clicks.
      if (event.composedPath().some((node) => node === parts.popup)) return;
      const box = map.getBoundingClientRect();
      if (city.deskPlace?.wants()) return point(event.clientX - box.x, event.clientY - box.y);
      const at = [event.clientX - box.x, event.clientY - box.y], found = callout(event) ?? hit(...at), alarm = found ? null : device(...at);
      choose(found);
      if (!found && !alarm) city.heatMap?.press(...at);
      if (alarm) city.desk.beginLinkage({ device: alarm.mark });
    }, { capture: true, passive: true });
  }
  // The other button: the draft of an incident here, of the case whose mark it is, or of the sensor.
  function begin(event) {
    const map = cell(), projection = projected();
    if (!map || !projection || !city.orders.may("open_incident") || event.composedPath().includes(parts.popup)) return;
    event.preventDefault();
    const box = map.getBoundingClientRect(), at = [event.clientX - box.x, event.clientY - box.y];
    const found = callout(event) ?? hit(...at), alarm = found ? null : device(...at), [lon, lat] = city.overMap.degrees(...projection.under(...at));
    city.desk.beginLinkage(found ? { case: found.mark } : alarm ? { device: alarm.mark } : { lon, lat });
  }
  // Where an incident is to be opened: the point under the pointer.
  function point(px, py) {
    const projection = projected();
    if (projection) city.deskPlace?.put(...city.overMap.degrees(...projection.under(px, py)));
  }
  function callout(event) {
    const data = city.frame("callouts")?.data;
    const boxes = [...(cell()?.querySelectorAll(".callouts .callout") ?? [])];
    const box = boxes.find((one) => {
      const r = one.getBoundingClientRect();
      return !one.parentNode.hidden && event.clientX >= r.left && event.clientX <= r.right && event.clientY >= r.top && event.clientY <= r.bottom;
    });
    if (!box || !data?.key) return null;
    const row = data.key.findIndex((key) => nodeOf(key) === box.parentNode);
    return row < 0 ? null : { mark: data.key[row], x: data.x[row], y: data.y[row] };
  }
  const nodeOf = (key) => cell()?.querySelector(".callouts")?.citywallRows?.get(key);
  function choose(found) {
    opened = found;
    if (found) {
      centred = found.mark; // the map is there already
      city.desk.select(found.mark);
    }
    draw();
  }

  // ---- what is drawn over the map: the ring of the chosen case, and the pop-up
  const parts = { ring: make("i", "chosen-ring"),
    popup: make("div", "popup", [make("p", "what", [make("span", "mark"), make("span")]), make("p", "who"), make("p", "buttons")]) };
  for (const node of Object.values(parts)) show(node, false);
  function overlay() {
    const layer = city.overMap.layer("desk-map", 2);
    if (layer && parts.ring.parentNode !== layer) layer.append(parts.ring, parts.popup);
    return layer && parts;
  }
  function draw() {
    const over = overlay(), projection = over && projected();
    if (!projection) return;
    const mark = city.desk.selected(), row = mark && city.desk.row(mark), known = isPlaced(row) ? metres(row.lon, row.lat) : place(mark);
    show(over.ring, Boolean(known));
    if (known) {
      const [x, y] = projection.at(...known);
      move(over.ring, { left: `${x - RING_PX / 2}px`, top: `${y - RING_PX / 2}px` });
    }
    const isOpen = opened !== null && opened.mark === mark && row !== null;
    show(over.popup, isOpen);
    if (isOpen) fill(over.popup, projection, row);
  }
  // Where a frame says that a case is, for one whose row is not here.
  function place(mark) {
    const data = mark && city.frame("cases")?.data, at = data?.key?.indexOf(mark) ?? -1;
    if (at >= 0) return [data.x[at], data.y[at]];
    return opened && opened.mark === mark ? [opened.x, opened.y] : null;
  }
  function fill(popup, projection, row) {
    const [what, who, bar] = popup.children, { say, desk, orders } = city, now = city.city(), mark_ = opened.mark;
    const [x, y] = projection.at(opened.x, opened.y), [wide, gap] = POPUP;
    const [left_, top] = spot(projection, x, y, wide, popup.offsetHeight || 96, gap + RING_PX / 4);
    move(popup, { left: `${left_}px`, top: `${top}px` });
    reshape(what.firstChild, row.urgency);
    text(what.lastChild, desk.what(row));
    const due = city.rows.until(row), state = city.words("state." + row.state) ?? row.state, left = due == null ? say.elapsed(row.at, now) : say.left(due, now);
    text(who, [[row.state === "ruling" ? "" : city.rows.holder(row.holder), state].filter(Boolean).join(" "), left].join(" · "));
    mark(who, "over", due != null && due < now);
    const isBusy = orders.isBusy(mark_), buttons = orders.buttons(row);
    rows(bar, buttons.map((one) => `${one.verb}:${one.to}`), () => {
      const node = press(make("button"), (spec) => city.desk.press(...spec));
      node.type = "button";
      return node;
    }, (node, id) => {
      const button = buttons.find((one) => `${one.verb}:${one.to}` === id);
      node.citywallSpec = [mark_, button, desk.versionOf(mark_)];
      text(node, button.label);
      node.disabled = isBusy || button.off === true;
    });
  }
  // Right of the mark, left, below or above it: where it hides the fewest other marks, critical ones least of all.
  function spot(projection, x, y, wide, high, gap) {
    const spots = [[x + gap, y - high / 2], [x - gap - wide, y - high / 2], [x - wide / 2, y + gap], [x - wide / 2, y - gap - high]];
    const data = city.frame("cases")?.data ?? { x: [] };
    const marks = Array.from(data.x, (_, at) => [...projection.at(data.x[at], data.y[at]), data.ring?.[at] > 0 ? 100 : 1]);
    let best = spots[0], least = Infinity;
    for (const [left, top] of spots) {
      const isOut = left < EDGE_PX || top < EDGE_PX || left + wide > projection.width - EDGE_PX || top + high > projection.height - EDGE_PX;
      const near = ([px, py]) => px > left - RING_PX / 2 && px < left + wide + RING_PX / 2 && py > top - RING_PX / 2 && py < top + high + RING_PX / 2;
      const cost = (isOut ? 1000 : 0) + marks.filter((one) => near(one)).reduce((sum, one) => sum + one[2], 0);
      if (cost < least) { best = [left, top]; least = cost; }
    }
    const clamp = (value, most) => Math.round(Math.max(EDGE_PX, Math.min(most - EDGE_PX, value)));
    return [clamp(best[0], projection.width - wide), clamp(best[1], projection.height - high)];
  }

  // ---- the chosen case comes into the middle; nearer if the view was the whole district
  function centre(mark) {
    if (mark === null || mark === centred) return;
    const projection = projected(), row = city.desk.row(mark), known = isPlaced(row) ? metres(row.lon, row.lat) : place(mark);
    if (!projection || !known) return;
    centred = mark;
    if (opened?.mark !== mark) opened = null;
    const [west, east, south, north] = projection.view, half = Math.min((north - south) / 2, NEAREST_M), wide = (half * (east - west)) / (north - south);
    const [x, y] = known;
    projection.figure.x_range.setv({ start: x - wide, end: x + wide }, { sync: false });
    projection.figure.y_range.setv({ start: y - half, end: y + half }, { sync: false });
  }
  function look() {
    const mark = city.desk.selected();
    if (mark === null) centred = null;
    if (opened !== null && opened.mark !== mark) opened = null;
    centre(mark);
    draw();
  }

  addEventListener("DOMContentLoaded", () => {
    listen();
    city.desk.onSelected(look);
    city.desk.onActs(draw);
    for (const key of ["frame:cases", "desk_queue", "desk_map_box"]) city.on(key, look);
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && opened !== null) { opened = null; draw(); } });
  city.deskMap = {
    hit, choose, look,
    view: () => projected()?.view.map((value) => Math.round(value)) ?? null,
    opened: () => opened?.mark ?? null,
  };
})();
