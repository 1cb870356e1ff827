// The leader's page: when its person looked last, and what has changed since. A look is the opening of the page (again
// within ten minutes is the same look), or a press of 已阅. It is kept on the server, for this person alone.
(function () {
  "use strict";
  const city = window.citywall, RETRY_MS = 5000;
  const listeners = new Set();
  let look = /** @type {{ at: number, figures: Record<string, number> } | null} */ (null), isKnown = false, isAsking = false;
  let noting = /** @type {Promise<any> | null} */ (null); // the newest look that was sent

  const subject = () => "look:" + (city.page.person?.person_mark ?? "");
  // What is known now; an unknown figure is no zero and is left out.
  function figures() {
    const told = /** @type {Record<string, number>} */ ({});
    for (const [key, row] of city.card("leader_figures")?.rows ?? []) if (row.value !== null) told[key] = row.value;
    return told;
  }
  async function begin() {
    if (isKnown || isAsking || city.session() !== "live" || Object.keys(figures()).length === 0) return;
    isAsking = true;
    const told = await city.orders.ask("last_look", {}).catch(() => ({ refused: "silent" }));
    isAsking = false;
    if (isKnown) return; // 已阅 was pressed meanwhile: that look is the newest
    if (told.refused) return void setTimeout(begin, RETRY_MS);
    [isKnown, look] = [true, told.look];
    changed();
    if (told.is_new && city.orders.may("note_look")) note(figures());
  }
  /** @param {Record<string, number>} shown */
  function note(shown) {
    return (noting = city.orders.act("note_look", subject(), 0, { figures: shown }));
  }
  // From here on what is shown is known to its reader. A press while the look of the opening is still on its way is
  // sent behind it.
  async function seen() {
    const shown = figures();
    await noting;
    const answer = await note(shown);
    if (!answer?.done) return;
    [isKnown, look] = [true, { at: city.city(), figures: shown }];
    changed();
  }
  function changed() {
    for (const fn of listeners) fn();
  }
  // On a tablet or a phone the map is smaller, and its names, which are placed for a wall, would cover each other.
  const phone = matchMedia("(max-width: 1200px)");
  function nameMap() {
    const figure = city.figure("map"), names = (figure?.renderers ?? []).filter((one) => one.data_source?.name?.startsWith("layer:labels"));
    for (const one of names) one.visible = !phone.matches;
    if (!figure) setTimeout(nameMap, 500);
  }
  phone.addEventListener("change", nameMap);
  nameMap();
  // Who leaves the room or comes back may order other things from then on.
  let shift = /** @type {number | null} */ (null);
  city.on("leader_header", (view) => {
    const now = view?.scalars.shift_version ?? null;
    if (shift !== null && now !== shift) city.orders.askVerbs();
    shift = now;
  });
  city.on("leader_figures", begin);
  // A phone shows one band at a time below level and numbers; the bar at its foot chooses.
  const TABS = ["decisions", "map", "cells", "orders"];
  let tabs = /** @type {HTMLButtonElement[]} */ ([]);
  function makeTabs(page) {
    const bar = document.createElement("nav");
    bar.className = "tabs";
    tabs = TABS.map((tab) => Object.assign(document.createElement("button"), { type: "button", onclick: () => choose(page, tab) }));
    bar.append(...tabs);
    page.append(bar);
    choose(page, TABS[0]);
  }
  function choose(page, tab) {
    page.dataset.tab = tab;
    tabs.forEach((button, at) => button.setAttribute("aria-pressed", String(TABS[at] === tab)));
  }
  city.on("leader_decisions", (view) => {
    const page = document.getElementById("page");
    if (!view || !page) return;
    if (tabs.length === 0) makeTabs(page);
    const counts = { decisions: view.scalars.count ?? 0, cells: city.page.streets.length };
    tabs.forEach((button, at) => { button.textContent = city.say.say("leader.tab." + TABS[at], { n: counts[TABS[at]] ?? "" }); });
  });
  setInterval(begin, RETRY_MS);

  city.leader = {
    look: () => look,
    isKnown: () => isKnown,
    seen,
    on: (fn) => { listeners.add(fn); return () => listeners.delete(fn); },
  };
})();
