// Over the map in an emergency: water levels against their own lines, forces of the wind, a storm's landfall.
// The console says where each has room (px from its mark to the label's middle); the words are made here.
(function () {
  "use strict";
  const city = window.citywall, { make, text, show, mark, rows } = city.mend, { projection, move, layer, room } = city.overMap;
  const LOST = 5, EDGE = 4, FRAMES = ["var(--line)", "var(--blue)", "var(--yellow)", "var(--orange)", "var(--red)", "var(--faint)"];
  const HATCHED = "repeating-linear-gradient(-45deg, rgb(138 153 174 / 0.22) 0 3px, transparent 3px 14px)";
  const ARROWS = { "1": "↑", "0": "", "-1": "↓" };

  function levels() {
    const frame = city.frame("water_levels"), over = frame && layer("water-levels", 1), map = over && projection(levels);
    if (!map) return;
    const { data } = frame, now = city.city(), { say } = city;
    each("levels", over, map, data, capsule, (node, row) => {
      const rank = data.rank[row], name = data[city.page.lang === "en" ? "en" : "zh"][row], over_m = data.over[row];
      move(node, { borderColor: FRAMES[rank], backgroundImage: rank === LOST ? HATCHED : "none" });
      mark(node, "lost", rank === LOST);
      if (rank === LOST) text(node, [name, lost(data.since[row], data.value[row], now)].join(" "));
      else text(node, [name, data.value[row].toFixed(2), ARROWS[data.trend[row]], over_m >= 0 && say.say("level.over", { n: over_m.toFixed(2) })].filter(Boolean).join(" "));
    });
  }
  function lost(since, last, now) {
    const { say } = city;
    return Number.isNaN(since) ? say.say("level.no_data") : say.say("level.no_data_since", { t: say.moment(since, now), n: last.toFixed(2) });
  }

  function winds() {
    const frame = city.frame("winds"), over = frame && layer("winds", 1), map = over && projection(winds);
    if (!map) return;
    const { data } = frame;
    each("winds", over, map, data, wind, (node, row) => {
      const [arrow, words] = node.children, to = data.to[row];
      show(arrow, !Number.isNaN(to));
      move(arrow, { transform: `rotate(${Math.round(Number.isNaN(to) ? 0 : to)}deg)` });
      text(words, city.say.say("wind.force", { n: data.force[row] }));
    });
  }

  // Beside the cross of the storm's layer: when it came ashore.
  function landfalls() {
    const frame = city.frame("storms"), over = frame && layer("landfalls", 1), map = over && projection(landfalls);
    if (!map) return;
    const found = (frame.meta.landfalls ?? []).filter(({ dx }) => dx !== null), now = city.city();
    rows(over, found.map((one) => `${one.at}/${one.x}`), capsule, (node, id) => {
      const one = found.find((other) => `${other.at}/${other.x}` === id), [x, y] = map.at(one.x, one.y);
      show(node, x >= 0 && y >= 0 && x <= map.width && y <= map.height);
      move(node, { transform: `translate(${Math.round(x + one.dx)}px,${Math.round(y + one.dy)}px) translate(-50%,-50%)` });
      text(node, city.say.say("storm.ashore", { t: city.say.moment(one.at, now) }));
    });
  }

  function each(name, over, map, data, build, write) {
    const fit = room(name, map), placed = (data.key ?? []).filter((_, row) => Number.isFinite(data.dx[row]));
    rows(over, placed, build, (node, id) => {
      const row = data.key.indexOf(id), [x, y] = map.at(data.x[row], data.y[row]);
      show(node, x >= 0 && y >= 0 && x <= map.width && y <= map.height);
      write(node, row);
      // On a map that is smaller than the one it was placed on, it stays whole at the edge.
      const wide = node.offsetWidth, high = node.offsetHeight, half = wide / 2 + EDGE, across = Math.max(half, Math.min(x + data.dx[row], map.width - half));
      const at = fit(across - wide / 2, y + data.dy[row] - high / 2, wide, high);
      if (at === null) return show(node, false);
      const [left, top] = at;
      move(node, { transform: `translate(${Math.round(left + wide / 2)}px,${Math.round(top + high / 2)}px) translate(-50%,-50%)` });
    });
  }
  function capsule() {
    const node = make("div", "capsule");
    node.style.cssText = "position:absolute;left:0;top:0;box-sizing:border-box;height:30px;line-height:27px;padding:0 11px;font-size:17px;"
      + "color:var(--text);white-space:nowrap;background-color:rgb(18 26 38 / 0.92);border:1.5px solid var(--line);border-radius:15px";
    return node;
  }
  function wind() {
    const arrow = make("span"), node = make("div", "wind", [arrow, make("span")]);
    text(arrow, "↑");
    arrow.style.cssText = "display:inline-block;margin-right:3px";
    node.style.cssText = "position:absolute;left:0;top:0;font-size:17px;line-height:24px;color:var(--text);white-space:nowrap;padding:0 5px;"
      + "background:rgb(11 16 23 / 0.72);border-radius:var(--round-1)";
    return node;
  }

  city.on("frame:callouts", levels); // they give way to call-outs
  city.on("frame:water_levels", levels);
  city.on("frame:winds", winds);
  city.on("frame:storms", landfalls);
})();
