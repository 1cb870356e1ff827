// Call-outs over the map: at most three, critical cases only. The console says where each stands (px from
// its mark); words and clocks are made here. A critical case that is new pulses three times and stops.
(function () {
  "use strict";
  const city = window.citywall, { make, text, mark, show, rows } = city.mend, { projection, move, layer, room } = city.overMap;
  const EDGE = 6, RING = 23, PULSES = 3, PULSE_MS = 1000, MOST_AT_ONCE = 10;
  const CRITICAL = "square"; // the marker of critical cases in the frame `cases`, see layers/marks/cases.py
  let known = /** @type {Set<string> | null} */ (null);
  const overlay = () => layer("callouts", 1);

  function place() {
    const frame = city.frame("callouts"), over = frame && overlay(), map = over && projection(place);
    if (!map) return;
    const { data, meta } = frame, now = city.city(), isEnglish = city.page.lang === "en", fit = room("callouts", map);
    rows(over, data.key ?? [], build, (node, id) => {
      const row = data.key.indexOf(id), value = (name) => data[name][row];
      const [lead, box] = node.children, [wide, high] = isEnglish ? meta.box_en : meta.box;
      const [x, y] = map.at(value("x"), value("y"));
      show(node, x >= 0 && y >= 0 && x <= map.width && y <= map.height);
      const wanted = [within(x + value(isEnglish ? "dx_en" : "dx"), map.width - wide), within(y + value(isEnglish ? "dy_en" : "dy"), map.height - high)];
      const [left, top] = fit(wanted[0], wanted[1], wide, high) ?? wanted; // a critical case is always told
      move(box, { transform: `translate(${Math.round(left)}px,${Math.round(top)}px)`, width: `${wide}px`, height: `${high}px` });
      draw(lead, x, y, clamp(x, left, left + wide), clamp(y, top, top + high));
      write(box, value, now);
    });
  }
  function write(box, value, now) {
    const [first, second, third] = box.children, { words, say } = city;
    const name = words("class." + value("class")) ?? (value("label") || say.say("class.unknown"));
    const state = words("state." + value("state")) ?? value("state");
    const road = say.road(value("road")) || words("street." + value("street")) || "";
    const due = value("due_at");
    const time = Number.isNaN(due) ? say.elapsed(value("at"), now) : say.left(due, now);
    // English names are longer: class and road have a line each, and state and time one below them.
    const isLong = city.page.lang === "en";
    pair(first, name, isLong ? "" : state);
    pair(second, road, isLong ? "" : time);
    pair(third, "", isLong ? [state, time].filter(Boolean).join(" · ") : "");
    move(third, { display: isLong ? "flex" : "none" });
    mark(box, "over", due < now);
  }
  // What does not fit is cut off from the first of the two: state and time are always told.
  function pair(line, one, other) {
    text(line.firstChild, one);
    text(line.lastChild, one && other ? ` · ${other}` : other);
  }
  // From the ring around the mark to the nearest point of the box.
  function draw(lead, x, y, toX, toY) {
    const length = Math.hypot(toX - x, toY - y) - RING;
    show(lead, length > 1);
    const turn = Math.atan2(toY - y, toX - x);
    move(lead, { width: `${Math.max(0, length)}px`, transform: `translate(${x}px,${y}px) rotate(${turn}rad) translate(${RING}px)` });
  }
  function build() {
    const lead = make("i", "lead"), box = make("div", "callout", [words(), words(), words()]);
    lead.style.cssText = "position:absolute;left:0;top:0;height:0;border-top:1px solid var(--red);transform-origin:0 0";
    box.style.cssText = "position:absolute;left:0;top:0;box-sizing:border-box;padding:3px 10px;display:flex;flex-direction:column;justify-content:center;gap:2px;"
      + "background:var(--card);border:1px solid var(--red);border-radius:var(--round-1)";
    const line = "margin:0;display:flex;white-space:pre;line-height:1.25";
    box.children[0].style.cssText = `${line};font-size:19px;color:var(--text)`;
    for (const row of [1, 2]) box.children[row].style.cssText = `${line};font-size:17px;color:var(--muted)`;
    return make("div", "", [lead, box]);
  }
  function words() {
    const cut = make("span"), whole = make("span");
    cut.style.cssText = "min-width:0;overflow:hidden;text-overflow:ellipsis";
    whole.style.cssText = "flex:none";
    return make("p", "", [cut, whole]);
  }
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const within = (value, most) => clamp(value, EDGE, Math.max(EDGE, most - EDGE));

  function pulse() {
    const data = city.frame("cases")?.data, over = data && overlay(), map = over && projection(place);
    if (!map) return;
    const now = (data.key ?? []).filter((_, row) => data.marker[row] === CRITICAL);
    const before = known, fresh = before === null ? [] : now.filter((key) => !before.has(key));
    known = new Set(now);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const key of fresh.slice(0, MOST_AT_ONCE)) {
      const row = data.key.indexOf(key), [x, y] = map.at(data.x[row], data.y[row]);
      const ring = make("i", "pulse");
      ring.style.cssText = `position:absolute;left:${x - RING}px;top:${y - RING}px;width:${2 * RING}px;height:${2 * RING}px;box-sizing:border-box;border:2px solid var(--red);border-radius:50%`;
      over.parentNode?.append(ring);
      ring.animate(
        [{ transform: "scale(0.6)", opacity: 1 }, { transform: "scale(2.2)", opacity: 0 }],
        { duration: PULSE_MS, iterations: PULSES },
      ).finished.finally(() => ring.remove());
    }
  }

  city.on("frame:callouts", place);
  city.on("frame:cases", pulse);
})();
