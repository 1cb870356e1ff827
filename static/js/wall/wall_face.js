// The two faces of a wall. At Ⅲ the emergency face comes by itself and a seat that is signed in may go back; at Ⅱ and Ⅰ
// it cannot be left. What was chosen holds until the level changes.
(function () {
  "use strict";
  const city = window.citywall;
  let stays = false, rank = -1;

  /** Whether the wall shows the emergency face. @param {Record<string, any>} told the scalars of the card level_band */
  city.wall.face = (told) => {
    const worst = Math.max(told.rank ?? 0, told.drill_rank ?? 0);
    if (worst !== rank) [rank, stays] = [worst, false];
    return told.mode === "emergency" && (Boolean(told.forced) || !stays);
  };
  /** Whether a seat may choose, and which face there is now; `turn` shows the other one. */
  city.wall.choice = () => {
    const told = city.card("level_band")?.scalars;
    return told?.mode !== "emergency" || told.forced ? null : stays ? "routine" : "emergency";
  };
  city.wall.turn = () => {
    if (!city.wall.choice?.()) return;
    stays = !stays;
    city.tell("level_band");
  };
})();
