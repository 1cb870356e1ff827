// A seat signs in on a wall: S, account, PIN. While it is in, rows have buttons; five idle minutes lock it again.
// Nothing of this is on the page before S is pressed: a wall has no buttons.
(function () {
  "use strict";
  const city = window.citywall, { make, text } = city.mend, { orders, say } = city;
  const IDLE_MS = 300000, USE_MS = 60000, WAIT_MS = 8000;
  let person = /** @type {{ name: string, role: string, verbs?: string[] } | null} */ (null), usedAt = 0, saidAt = 0;
  let form = /** @type {HTMLFormElement | null} */ (null), bar = /** @type {HTMLElement | null} */ (null);
  let timer = /** @type {number | undefined} */ (undefined);

  // The rows that have buttons, on either face of the wall.
  function rows() {
    for (const card of ["queue", "risks"]) city.tell(card);
  }

  // ---- the form
  function open() {
    if (form || person) return;
    const account = field("text", "seat.account", "username"), pin = field("password", "seat.pin", "one-time-code");
    pin.lastChild.inputMode = "numeric";
    const send = button("seat.open", "submit"), close = button("seat.close", "button"), why = make("p", "why");
    const made = form = make("form", "seat", [account, pin, why, make("div", "pair", [send, close])]);
    close.addEventListener("click", shut);
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      text(why, "");
      send.disabled = true;
      clearTimeout(timer);
      timer = setTimeout(() => { send.disabled = false; text(why, say.say("seat.no_reply")); }, WAIT_MS);
      orders.say({ seat: { account: account.lastChild.value, pin: pin.lastChild.value } });
      pin.lastChild.value = "";
    });
    document.getElementById("page")?.append(made);
    document.body.dataset.seat = "";
    account.lastChild.focus();
  }
  function field(type, key, hint) {
    const label = make("label", "", [make("span"), make("input")]);
    text(label.firstChild, say.say(key));
    Object.assign(label.lastChild, { type, autocomplete: hint, required: true, maxLength: 64 });
    return label;
  }
  function button(key, type) {
    const node = make("button");
    node.type = type;
    text(node, say.say(key));
    return node;
  }
  function shut() {
    clearTimeout(timer);
    form?.remove();
    form = null;
    if (!person) delete document.body.dataset.seat;
  }
  orders.hear("seated", (message) => {
    clearTimeout(timer);
    if (!message.seated) {
      if (person) return lock(false);
      if (!form) return;
      form.querySelector("[type=submit]")?.removeAttribute("disabled");
      text(form.querySelector(".why"), city.words(message.why) ?? say.say("seat.no_reply"));
      form.querySelectorAll("input")[1].focus();
      return;
    }
    person = message.seated;
    shut();
    used();
    saidAt = usedAt;
    const made = bar = make("div", "seat-bar", [make("span"), button("seat.leave", "button"), button("seat.face", "button")]);
    made.children[1].addEventListener("click", () => lock(true));
    made.lastChild.addEventListener("click", () => { city.wall.turn?.(); face(); });
    document.getElementById("page")?.append(made);
    document.body.dataset.seat = "";
    tick();
    rows();
  });
  function lock(isOurs) {
    if (isOurs) orders.say({ leave: true });
    person = null;
    orders.clear(); // nothing of it is told to who sits here next
    bar?.remove();
    bar = null;
    delete document.body.dataset.seat;
    rows();
  }

  // ---- the idle clock: the page sees that somebody is there, the server is told so once a minute and locks by the same clock
  function used() { usedAt = performance.now(); }
  function tick() {
    if (!person) return;
    const left = IDLE_MS - (performance.now() - usedAt);
    if (left <= 0) return lock(true);
    if (usedAt > saidAt && performance.now() - saidAt >= USE_MS) {
      saidAt = performance.now();
      orders.say({ used: true });
    }
    face();
    text(bar?.firstChild, say.say("seat.in", { name: person.name, n: Math.ceil(left / 60000) }));
    setTimeout(tick, 1000);
  }
  // At Ⅲ whoever is signed in may choose the wall's face; at no other time is there anything to choose.
  function face() {
    const now = city.wall.choice?.() ?? null, node = bar?.lastChild;
    if (!node) return;
    city.mend.show(node, now !== null);
    text(node, say.say(now === "routine" ? "seat.face_emergency" : "seat.face"));
  }
  for (const name of ["pointerdown", "pointermove", "keydown", "wheel"]) addEventListener(name, used, { capture: true, passive: true });
  addEventListener("keydown", (event) => {
    if (event.composedPath()[0]?.matches?.("input")) { if (event.key === "Escape") shut(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.toLowerCase() === "s") { event.preventDefault(); open(); }
  });

  // ---- the rows' buttons (queue.js): as on a desk, with the undo beside them
  function buttons(row, made) {
    const left = orders.undoLeft(made), good = { good: true, label: say.say("desk.good") };
    if (made?.state === "refused" || made?.state === "lost") return [good];
    const offered = orders.buttons(row).filter((spec) => spec.args !== null || spec.off);
    return left > 0 ? [...offered, { undo: true, label: say.say("desk.undo_n", { n: left }) }] : offered;
  }
  function press(mark, spec, version) {
    if (!person || !orders.isLive() || spec.off) return;
    used();
    const last = orders.undoable(mark);
    if (spec.good) orders.forget(mark);
    else if (!spec.undo) orders.act(spec.verb, mark, Math.max(version ?? 0, orders.version(mark)), spec.args, spec.to);
    else if (last) orders.act("undo", mark, last.answer?.done?.version, {});
  }
  orders.on((made) => {
    if (person && made?.answer?.refused?.key === "order_signed_out") lock(false);
    rows();
  });
  city.seat = { isIn: () => person !== null, role: () => person?.role ?? null, verbs: () => (person ? new Set(person.verbs ?? []) : null), told: orders.told, buttons, press };
})();
