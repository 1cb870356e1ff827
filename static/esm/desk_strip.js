// One line that never changes its height: who must act now, the rulings that wait, and what was done last.
const { FIGURES } = await import(`./act.js${new URL(import.meta.url).search}`);
const MOST_ALARMS = 10;

export function mend(face, view, city) {
  const { make, text, mark, show, part, rows, press } = city.mend, { say, desk, orders } = city, now = city.city(), told = view.scalars;
  if (!face.citywallHears) {
    face.citywallHears = true;
    let seen = view;
    face.citywallSee = (newest) => { seen = newest; };
    orders.on(() => mend(face, seen, city));
    desk.alarm.on(() => mend(face, seen, city));
  }
  face.citywallSee(view);

  const figures = part(face, "figures", () => make("div", "figures"));
  rows(figures, FIGURES.map(([id]) => id), () => make("span", "figure", [make("span"), make("b")]), (node, id) => {
    const n = told[id];
    text(node.firstChild, say.say("act." + id));
    text(node.lastChild, n === null || n === undefined ? "—" : n.toLocaleString("en"));
    mark(node, "colour", n > 0 && FIGURES.find(([one]) => one === id)[1]);
  });

  // What came in and was not looked at; and how much of it one person can take (ten in ten minutes).
  desk.alarm.take(told.critical_keys);
  const fresh = desk.alarm.fresh().length, alarm = part(face, "alarm", () => {
    const node = make("button", "alarm");
    node.type = "button";
    node.addEventListener("click", desk.alarm.look);
    return node;
  });
  text(alarm, [say.say("desk.alarm", { n: fresh }), !desk.alarm.isHeard() && say.say("desk.alarm_mute")].filter(Boolean).join(" · "));
  show(alarm, fresh > 0);
  const flood = part(face, "flood", () => make("span", "flood"));
  text(flood, [
    say.say("desk.flood", { n: told.alarms ?? 0, most: MOST_ALARMS }), told.same > 0 && say.say("desk.flood_same", { n: told.same }),
  ].filter(Boolean).join(" · "));
  show(flood, told.alarms > MOST_ALARMS);

  const rulings = part(face, "rulings", () => make("div", "rulings"));
  rows(rulings, view.order, (id) => {
    const node = make("button", "ruling", [make("span"), make("b"), make("span", "state")]);
    node.type = "button";
    node.addEventListener("click", () => desk.select(id));
    return node;
  }, (node, id) => {
    const row = view.rows.get(id);
    text(node.children[0], desk.what(row));
    text(node.children[1], row.due_at === null ? "" : say.left(row.due_at, now));
    text(node.children[2], row.sent ? say.say("order.sent") : "");
  });
  show(rulings, view.order.length > 0);

  const out = part(face, "out", () => make("span", "outbox"));
  const waits = [
    told.outbox > 0 && say.say("desk.outbox", { n: told.outbox }),
    told.outbox_failing > 0 && say.say("desk.outbox_failing", { n: told.outbox_failing }),
  ].filter(Boolean).join(" · ");
  text(out, waits);
  mark(out, "loud", told.outbox_failing > 0);
  show(out, waits !== "");

  // The newest act that can still be undone, whichever row it was.
  const last = orders.all().filter((made) => orders.undoLeft(made) > 0).sort((a, b) => b.at - a.at)[0];
  const done = part(face, "done", () => {
    const node = make("div", "done", [make("span"), make("button")]);
    press(node.lastChild, desk.undo).type = "button";
    return node;
  });
  show(done, Boolean(last));
  if (!last) return;
  done.lastChild.citywallSpec = last.mark;
  const row = desk.row(last.mark);
  text(done.firstChild, `${orders.doneWords(last, row ? desk.what(row) : "")} ${say.hhmmss(last.at)}`);
  text(done.lastChild, say.say("desk.undo_n", { n: orders.undoLeft(last) }));
  done.lastChild.disabled = !desk.isLive();
}
