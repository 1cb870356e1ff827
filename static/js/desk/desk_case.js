// The case that the desk looks at: its row, and what the server told of it when asked. One for the page:
// the pane in the middle and the box over the map read the same.
const THROTTLE_MS = 400, AGAIN_S = 15, ROWLESS_S = 5, FAILED_S = 2;
const SHOWS = new Set(["show", "clear", "open_incident"]);
let only = /** @type {ReturnType<typeof follow> | null} */ (null);

export function caseOf(city) {
  only ??= follow(city);
  return only;
}

function follow(city) {
  const { desk } = city, listeners = new Set();
  let mark = /** @type {string | null} */ (null), reply = /** @type {ReturnType<typeof parted> | null} */ (null), asked = -Infinity, isAsking = false, isWanted = false, failed = false, timer = /** @type {number | null} */ (null);

  const row = () => (mark === null ? null : desk.row(mark));
  // The boundary of a card: one that breaks says so at its own place, whoever told it.
  const tell = () => {
    for (const [card, fn] of [...listeners]) {
      try { fn(); } catch (error) { city.broken(card, error); }
    }
  };

  // Ask again, soon: at most one question at a time and one in THROTTLE_MS.
  function want() {
    isWanted = true;
    if (isAsking || timer !== null || mark === null) return;
    timer = setTimeout(ask, Math.max(0, asked + THROTTLE_MS - performance.now()));
  }
  async function ask() {
    timer = null;
    if (mark === null) return;
    const whose = mark;
    isWanted = false;
    isAsking = true;
    asked = performance.now();
    let got = /** @type {any} */ (null);
    try { got = await desk.ask("case", { mark: whose }); } catch { /* no reply: said below, asked again at the tick */ }
    isAsking = false;
    if (mark === whose) {
      failed = !got?.case;
      if (got?.case) {
        reply = parted(got.case);
        // The rows of the channel are the first ones only: what was asked is the row of any other case.
        desk.know([[whose, { ...reply.case, nearest_unit: reply.nearby?.units?.[0] ?? null }]]);
      }
      tell();
    }
    if (isWanted || mark !== whose) want();
  }

  // Called once a second by whoever shows it.
  function look() {
    if (mark === null) return;
    const age = (performance.now() - asked) / 1000, now = row();
    const isBehind = now !== null && reply !== null && now.version > reply.case.version;
    if (failed ? age >= FAILED_S : reply === null ? !isAsking : isBehind || age >= (desk.isTold(mark) ? AGAIN_S : ROWLESS_S)) want();
  }
  function select(next) {
    if (next === mark) return;
    mark = next ?? null;
    reply = null;
    failed = false;
    clearTimeout(timer ?? undefined);
    timer = null;
    asked = -Infinity;
    if (mark !== null) want();
    tell();
  }

  desk.onSelected(select);
  desk.onActs((act) => {
    if (act?.mark === mark || act?.mark === undefined) want();
    tell();
  });
  // Rows are made anew only when something in them changed.
  let before = null;
  city.on("desk_queue", () => {
    if (row() === before) return;
    before = row();
    look();
    tell();
  });
  select(desk.selected());

  // What the walls show and joint action are no business of the case's state: they go by the person's verbs alone.
  function may(verb) {
    const told = reply?.actions.find((action) => action.verb === verb);
    return told ? told.ok : SHOWS.has(verb) && city.orders.may(verb);
  }

  return {
    look, want, may,
    onChange(card, fn) {
      const entry = [card, fn];
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    mark: () => mark,
    row,
    reply: () => reply,
    isFailed: () => failed,
    // One record: what the row tells live goes before what was asked a moment ago.
    record: () => (mark === null ? null : merged(reply?.case ?? null, row())),
    version: () => Math.max(mark === null ? 0 : desk.versionOf(mark), reply?.case.version ?? 0),
  };
}

// The file of the case, and beside it what the server told around it.
/** @param {Record<string, any>} told @returns {{ case: Row, story: any[], nearby: any, register: Row | null, actions: any[] }} */
function parted({ story = [], nearby = null, register = null, actions = [], ...file }) {
  return { case: file, story, nearby, register, actions };
}

function merged(told, row) {
  if (told === null) return row;
  if (row === null || (told.version ?? 0) > (row.version ?? 0)) return { ...row, ...told };
  // A row tells of the make-safe task less than the file does.
  const safe = told.make_safe && row.make_safe ? { make_safe: { ...told.make_safe, ...row.make_safe } } : {};
  return { ...told, ...row, ...safe };
}
