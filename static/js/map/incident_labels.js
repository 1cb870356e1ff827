// Labels of incidents over the map: type and road. The console says where each has room.
(function () {
  "use strict";
  const EDGE = 6;
  const city = window.citywall, { make, text, show, rows } = city.mend, { projection, move, layer, room } = city.overMap;

  function place() {
    const frame = city.frame("incidents"), over = frame && layer("incident-labels", 1), map = over && projection(place);
    if (!map) return;
    const { data, meta } = frame, [wide, high] = meta.label, { words, say } = city, fit = room("incidents", map);
    const labelled = (data.key ?? []).filter((_, row) => Number.isFinite(data.dx[row]));
    rows(over, labelled, build, (node, id) => {
      const row = data.key.indexOf(id), [x, y] = map.at(data.x[row], data.y[row]);
      show(node, x >= 0 && y >= 0 && x <= map.width && y <= map.height);
      const name = words("incident." + data.kind[row]) ?? say.say("linkage.incident");
      text(node, [name, say.road(data.road[row]) || words("street." + data.street[row])].filter(Boolean).join(" · "));
      move(node, { maxWidth: `${wide}px` });
      // On the left of its mark a label ends there, above and below it is centred; at the map's edge it stays whole.
      const isLeft = data.dx[row] + wide <= 0, spare = wide - Math.min(wide, node.offsetWidth);
      const left = x + data.dx[row] + (isLeft ? spare : data.dx[row] < 0 ? spare / 2 : 0), most = map.width - wide + spare - EDGE;
      const found = fit(Math.max(EDGE, Math.min(left, most)), y + data.dy[row] - (node.offsetHeight - high) / 2, node.offsetWidth, node.offsetHeight);
      if (found === null) return show(node, false);
      const [across, down] = found;
      move(node, { transform: `translate(${Math.round(across)}px,${Math.round(down)}px)` });
    });
  }
  function build() {
    const node = make("div", "incident-label");
    // A long name has two lines.
    node.style.cssText = "position:absolute;left:0;top:0;box-sizing:border-box;width:max-content;padding:3px 10px;font-size:17px;line-height:22px;color:var(--text);"
      + "background:rgb(18 26 38 / 0.92);border:1px solid var(--faint);border-radius:var(--round-1)";
    return node;
  }

  city.on("frame:callouts", place); // they give way to call-outs
  city.on("frame:incidents", place);
})();
