// The visitors' page: the presenter steps with the space bar, and the centre's title picture lies over all the rest.
// The picture is there before any script runs. It is taken away for four seconds at a time, by the presenter's press and
// then by each beat of the server; the browser itself lays it back, so that a page whose script or server has died
// closes. Nothing but a press takes it away.
(function () {
  "use strict";
  const city = window.citywall, STEPS = 5, STORY = 3, EXERCISE = 5, OPEN_MS = 4000, FRAME_MS = 100, PLAY_MS = 24000;
  let step = 0, isOpen = false, beat = /** @type {Beat | null} */ (null), lid = /** @type {Animation | null} */ (null), begun = 0, heardAt = -Infinity;
  let playedMs = 0, startedAt = /** @type {number | null} */ (null);

  const scalars = () => city.card("briefing")?.scalars ?? {};
  // The server says that a briefing runs, and its news arrive: of a level that begins it would tell at once.
  const mayOpen = () => scalars().open === true && performance.now() - heardAt < OPEN_MS && (beat?.feed === "live" || beat?.feed === "late") && !beat.chain_broken;

  function open() {
    const picture = document.getElementById("title-picture");
    if (!picture) return;
    // Its last tenth of a percent is the picture again. The browser plays this without our script.
    lid ??= picture.animate([{ opacity: 0 }, { opacity: 0, offset: 0.999 }, { opacity: 1 }], { duration: OPEN_MS, fill: "forwards" });
    lid.currentTime = 0;
    lid.play();
    isOpen = true;
  }
  function close() {
    lid?.cancel();
    lid = null;
    isOpen = false;
    pause();
  }

  function look() {
    const now = city.beat(), isNew = now !== beat, told = scalars();
    if (isNew && now) heardAt = performance.now();
    beat = now;
    if (told.open === true && told.begun !== begun) [begun, step] = [told.begun, 0]; // another visit begins at its beginning
    if (told.open !== true) step = 0;
    if (told.open === true && told.lang && told.lang !== city.page.lang) return speak(told.lang);
    if (isOpen && (!mayOpen() || step === 0 || lid?.playState === "finished")) close();
    else if (isOpen && isNew) open();
  }
  let isLeaving = false;
  function speak(lang) {
    if (isLeaving) return;
    isLeaving = true;
    const url = new URL(location.href);
    url.searchParams.set("lang", lang);
    location.replace(url);
  }

  // ---- the presenter: the space bar, and P for the recordings
  function press() {
    look();
    if (!mayOpen()) return;
    // After an interruption the same page comes back, by this press.
    step = isOpen || step === 0 ? (step + 1) % (STEPS + 1) : step;
    if (step === 0) return close();
    rewind();
    open();
    city.tell("briefing");
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") { event.preventDefault(); if (!event.repeat) press(); }
    if (event.key.toLowerCase() === "p" && !event.repeat && isOpen) { event.preventDefault(); if (startedAt === null) play(); else pause(); city.tell("briefing"); }
  });

  // ---- recordings: 24 seconds from their beginning to their end
  const played = () => Math.min(1, (playedMs + (startedAt === null ? 0 : performance.now() - startedAt)) / PLAY_MS);
  function rewind() {
    [playedMs, startedAt] = [0, null];
    if (step === STORY || step === EXERCISE) play();
  }
  function play() {
    if (played() >= 1) playedMs = 0;
    startedAt = performance.now();
  }
  function pause() {
    playedMs = played() * PLAY_MS;
    startedAt = null;
  }
  function frame() {
    if (startedAt === null) return;
    if (played() >= 1) pause();
    city.tell("briefing");
  }

  city.briefing = { step: () => step, steps: STEPS, isOpen: () => isOpen, played, isPlaying: () => startedAt !== null };
  city.on("briefing", look);
  setInterval(look, 100);
  setInterval(frame, FRAME_MS);
})();
