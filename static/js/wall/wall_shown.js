// 投到大屏: a desk puts a case, a camera or a view on this wall. Name and time stand beside it; it goes back after
// its time or with ★. A wall moves for this, for the view lock and for a change of scene, and for nothing else.
(function () {
  "use strict";
  const city = window.citywall, { metres } = city.overMap, HALF_M = 1800;
  let shown = /** @type {Row | null} */ (null), dismissed = null;

  function viewOf(row) {
    if (row.view) return row.view;
    const figure = city.figure("map");
    if (row.lon === null || !figure) return null;
    const [x, y] = metres(row.lon, row.lat), wide = (HALF_M * figure.inner_width) / figure.inner_height;
    return [x - wide, x + wide, y - HALF_M, y + HALF_M];
  }
  function look(view) {
    const row = view?.rows.get(city.wall.name) ?? null, now = city.machine();
    const wanted = row && row.at !== dismissed && !(now >= row.until) ? row : null;
    if (!city.wall.isReady() || (wanted?.at ?? null) === (shown?.at ?? null)) return;
    shown = wanted;
    if (shown === null) { city.wall.letGo(); return; }
    const place = viewOf(shown);
    if (place) city.wall.hold(place);
  }
  city.wall.onStar = () => {
    if (shown === null) return;
    dismissed = shown.at;
    look(city.card("shown"));
  };
  city.shown = () => shown;
  city.on("shown", look);
  city.on("act", () => look(city.card("shown"))); // once a second, and when the map is laid out
})();
