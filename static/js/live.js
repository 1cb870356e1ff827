// The live socket: one for the page, the same bytes for everybody. It feeds the cards, the map's sources
// and the page's own honesty: within five seconds of silence the page says so. See docs/how-to/add-a-card.md.
(function () {
  "use strict";
  const page = /** @type {PageData} */ (JSON.parse(document.getElementById("citywall-page")?.textContent ?? ""));
  const say = window.citywallGrammar(page.words, page.zone);
  const mend = window.citywallMend;
  const SILENT_S = 4, SESSION_S = 10, GRACE_S = 45, LATE_S = 3;

  const cards = /** @type {Map<string, View>} */ (new Map());
  const listeners = /** @type {Map<string, ((view?: View) => void)[]>} */ (new Map());
  const layers = window.citywallFrames(tell), frames = layers.all;
  const counts = {};
  let joined = /** @type {WebSocket | null} */ (null), attempts = 0, beatAt = -Infinity;
  let hello = /** @type {Hello | null} */ (null), beat = /** @type {Beat | null} */ (null);
  const opened = performance.now();
  let watchedAt = performance.now(), answeredAt = performance.now(), hasAnswered = false, reloading = false, session = /** @type {"new" | "live" | "lost"} */ ("new");

  // ---- time: the server's, carried on by this machine's stopwatch
  const since = (mark) => (performance.now() - mark) / 1000;
  // A beat that was held up tells too early a time, and ages by it would be too small: the latest of some counts.
  const leads = [], LEADS = 8;
  /** @param {Beat} told */
  function heardBeat(told) {
    beat = told;
    beatAt = performance.now();
    leads.push(told.now - beatAt / 1000);
    if (leads.length > LEADS) leads.shift();
  }
  const machine = () => (beat ? Math.max(...leads) + performance.now() / 1000 : NaN);
  const toCity = (epoch) => (beat ? beat.city0 + (epoch - beat.machine0) * beat.rate : epoch);
  const city = () => toCity(machine());

  // Which lost sources are still counted: [[client, heard_at], …] in words, "" when none.
  function gaps(list) {
    if (!list?.length) return "";
    const [client, heardAt] = list[0];
    const values = { source: page.words["source." + client] ?? client, n: list.length };
    return say.say(list.length > 1 ? "gap.many" : "gap.one", { ...values, t: heardAt === null ? "" : say.moment(toCity(heardAt), city()) });
  }

  // ---- the bus
  function on(key, fn) {
    if (!listeners.has(key)) listeners.set(key, []);
    listeners.get(key)?.push(fn);
    tell(key);
    return () => { listeners.set(key, (listeners.get(key) ?? []).filter((other) => other !== fn)); };
  }
  function tell(key) {
    const view = cards.get(key);
    if (view?.scalars.failed) return broken(key, "the server could not make its view");
    for (const fn of listeners.get(key) ?? []) {
      // The boundary of a card: one that breaks says so and the rest goes on.
      try { fn(view); well(key); } catch (error) { broken(key, error); }
    }
  }
  const told = new Set();
  function broken(key, error) {
    const cell = document.querySelector(`[data-cell="${CSS.escape(key)}"]`);
    if (cell) mend.mark(cell, "broken", say.say("card.broken"));
    if (!told.has(key)) { told.add(key); console.error(`card ${key}:`, error); }
  }
  function well(key) {
    if (!told.delete(key)) return;
    const cell = document.querySelector(`[data-cell="${CSS.escape(key)}"]`);
    if (cell) mend.mark(cell, "broken", null);
  }

  /** @param {Record<string, ViewNews>} views */
  function take(views) {
    for (const [key, news] of Object.entries(views)) {
      let view = cards.get(key);
      if (news.whole || view === undefined) {
        view = { as_of: null, scalars: {}, order: [], rows: new Map() };
        cards.set(key, view);
      }
      view.as_of = news.as_of ?? view.as_of;
      Object.assign(view.scalars, news.scalars);
      for (const id of news.del ?? []) view.rows.delete(id);
      for (const [id, fields] of Object.entries(news.set ?? {})) view.rows.set(id, fields);
      if (news.order) view.order = news.order;
      view.order = view.order.filter((id) => view.rows.has(id));
      counts[key] = (counts[key] ?? 0) + 1;
      tell(key);
    }
  }

  // A figure of the page once it is laid out, else null.
  function figure(key) {
    const name = page.figures[key];
    for (const bokeh of window.Bokeh?.documents ?? []) {
      const found = name && bokeh.get_model_by_name(name);
      if (found && !found.properties.inner_width.is_unset) return found;
    }
    return null;
  }

  // ---- the socket
  function connect() {
    if (reloading) return;
    const url = new URL(page.live, location.href), chosen = heat();
    url.protocol = url.protocol.replace("http", "ws");
    if (chosen) url.searchParams.set("heat", chosen);
    const socket = (joined = new WebSocket(url));
    socket.binaryType = "arraybuffer";
    socket.onmessage = (message) => {
      if (typeof message.data !== "string") return layers.take(message.data);
      const news = /** @type {LiveMessage} */ (JSON.parse(message.data));
      if (news.hello) greet(news.hello);
      if (news.beat) { heardBeat(news.beat); attempts = 0; honest(); }
      if (news.views) take(news.views);
    };
    socket.onclose = again;
  }
  // What the map shows as heat is a part of the address, and the socket brings that one.
  function heat() {
    const asked = new URLSearchParams(location.search).get("heat") ?? "", [kind, span] = asked.split(".");
    return page.heats?.[kind]?.includes(span) ? asked : "";
  }
  /** @param {string} choice */
  function chooseHeat(choice) {
    const url = new URL(location.href);
    if (choice) url.searchParams.set("heat", choice);
    else url.searchParams.delete("heat");
    history.replaceState(null, "", url);
    if (joined === null || reloading) return;
    joined.onclose = null;
    joined.close();
    attempts = 0;
    connect();
  }
  function again() {
    const wait = Math.min(4000, 500 * 2 ** attempts++);
    setTimeout(connect, Math.min(5000, wait * (0.75 + Math.random() / 2)));
  }
  function greet(news) {
    hello = news;
    if (news.build && news.build !== page.build) reload("build");
  }

  // ---- honesty: what is shown over the page, and when to start anew
  function state() {
    const silent = since(beatAt);
    return {
      live: silent < SILENT_S, feed: beat?.feed ?? "none", age: silent, session,
      frames: Object.fromEntries([...frames].map(([key, frame]) => [key, frame.count])),
      drawn: [...frames].filter(([, frame]) => frame.drawn).map(([key]) => key),
      views: { ...counts }, locked: window.citywall.locked?.() ?? false, city: city(),
    };
  }
  function honest() {
    const cover = document.getElementById("break");
    if (!cover) return;
    let words = "";
    if (since(beat ? beatAt : opened) >= SILENT_S) {
      const from = beat ? say.hhmmss(toCity(beat.now)) : "";
      words = say.say("break.link", { t: from });
    } else if (beat?.feed === "lost") {
      words = say.say("break.feed", { t: beat.feed_since === null ? "" : say.moment(toCity(beat.feed_since), city(), say.hhmmss) });
    }
    mend.text(cover.firstElementChild, words.trim());
    mend.show(cover, words !== "");
    mend.mark(document.body, "break", words !== "");
  }
  function sessionAnswered() {
    answeredAt = performance.now();
    hasAnswered = true;
    const wasLost = session === "lost";
    session = "live";
    if (wasLost) tell("session");
  }
  function watch() {
    const passed = since(watchedAt);
    watchedAt = performance.now();
    // A page that did not run heard no answer: that time says nothing of the session.
    if (passed > LATE_S) answeredAt += 1000 * passed;
    if (document.hidden) { answeredAt = Math.max(answeredAt, performance.now() - 1000); return; }
    if (since(answeredAt) > (hasAnswered ? SESSION_S : GRACE_S) && session !== "lost") {
      session = "lost";
      tell("session");
      reload("session");
    }
  }
  // Into the same address, once the server is well, never all at once; not if the session was only slow and answers.
  async function reload(why) {
    if (reloading) return;
    reloading = true;
    const past = JSON.parse(sessionStorage.getItem("citywall-reloads") ?? "[]").filter((t) => Date.now() - t < 120000);
    await pause(Math.min(60000, past.length === 0 ? 0 : 1000 * 2 ** past.length) + Math.random() * 1500);
    for (;;) {
      try {
        const answer = await fetch(page.health, { cache: "no-store" });
        if (answer.ok) break;
      } catch { /* the server is not there yet */ }
      await pause(1000 + Math.random() * 1000);
    }
    if (why === "session" && session === "live") {
      reloading = false;
      if (joined?.readyState === WebSocket.CLOSED) connect();
      return;
    }
    sessionStorage.setItem("citywall-reloads", JSON.stringify([...past, Date.now()]));
    console.info("citywall: reload,", why);
    location.reload();
  }
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // ---- the tick: ages and clocks go on between messages
  function tick() {
    watch();
    layers.redraw();
    for (const key of listeners.keys()) tell(key);
    setTimeout(tick, 1000 - ((Number.isFinite(machine()) ? machine() * 1000 : performance.now()) % 1000) + 5);
  }

  const sheet = new CSSStyleSheet();
  async function dress() {
    const texts = await Promise.all(page.sheets.map(async (name) => {
      const answer = await fetch(`${page.static}/css/${name}.css?v=${page.build}`);
      return answer.ok ? answer.text() : "";
    }));
    sheet.replaceSync(texts.join("\n"));
  }

  window.citywall = {
    on, tell, state, heat, chooseHeat, say, mend, page, sheet, broken, sessionAnswered, figure, machine, city, toCity, gaps,
    words: (key) => page.words[key],
    session: () => session,
    hello: () => hello,
    beat: () => beat,
    card: (key) => cards.get(key),
    frame: (key) => frames.get(key),
  };
  dress();
  connect();
  document.addEventListener("DOMContentLoaded", () => { tick(); setInterval(honest, 250); });
  addEventListener("load", layers.makeParts);
})();
