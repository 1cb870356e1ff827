// The reporter: masked, and shown for a minute to who says what for. Every look is a fact of the case.
const SHOWN_MS = 60000, PURPOSES = ["call_back", "contact", "on_site", "other"], FIELDS = ["name", "phone", "address"];

export function personOf(city, voice, act) {
  const { make, text, show, rows } = city.mend, { say } = voice;
  const masked = make("span", "masked"), look = make("button"), ask = make("div", "purpose"), why = make("input"), shown = make("div", "revealed");
  const line = make("p", "person", [masked, look]), node = make("div", "person-pane", [line, ask, shown]);
  look.type = "button";
  text(look, say("detail.look"));
  why.type = "text";
  why.maxLength = 200;
  why.placeholder = say("detail.purpose_text");
  why.setAttribute("aria-label", say("detail.purpose_text"));
  const label = make("span", "label");
  text(label, say("detail.field.purpose"));
  ask.append(label);
  let isOther = false, isSending = false, told = null, until = 0, timer = null;
  for (const purpose of PURPOSES) {
    const button = make("button");
    button.type = "button";
    text(button, voice.code("purpose", purpose));
    button.addEventListener("click", () => {
      if (purpose === "other" && !isOther) { isOther = true; show(why, true); why.focus(); return; }
      send(purpose);
    });
    ask.append(button);
  }
  ask.append(why);
  why.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    send("other");
  });
  look.addEventListener("click", () => { show(ask, ask.hidden); });
  show(ask, false);
  show(why, false);
  show(shown, false);

  async function send(purpose) {
    const text = why.value.trim();
    if (isSending || (purpose === "other" && text === "")) return;
    isSending = true;
    try {
      const answer = await act("reveal", { purpose, ...(purpose === "other" && { text }) });
      if (!answer?.done?.person) return;
      told = { person: answer.done.person, purpose, at: city.city() };
      until = performance.now() + SHOWN_MS;
      timer = setTimeout(drop, SHOWN_MS);
      close();
    } finally { isSending = false; }
  }
  // What was shown leaves the page, not only the eye, and whatever stands in the pane by then.
  function drop() {
    clearTimeout(timer);
    told = null;
    show(shown, false);
    shown.replaceChildren();
    shown.citywallRows?.clear();
  }
  function close() {
    show(ask, false);
    show(why, false);
    isOther = false;
    why.value = "";
  }
  const names = (person) => [...FIELDS.filter((name) => person[name]), ...Object.keys(person).filter((name) => !FIELDS.includes(name) && typeof person[name] === "string" && person[name])];

  return {
    node,
    drop,
    mend(record, mayLook) {
      const reporter = record.reporter;
      show(node, Boolean(reporter) || told !== null);
      text(masked, reporter ? say("detail.reporter", { who: typeof reporter === "string" ? reporter : names(reporter).map((name) => reporter[name]).join(" ") }) : "");
      show(look, mayLook && told === null);
      if (!mayLook) close();
      const left = told === null ? 0 : Math.ceil((until - performance.now()) / 1000);
      if (told !== null && left <= 0) drop();
      show(shown, told !== null);
      if (told === null) return;
      rows(shown, [...names(told.person), "note"], (name) => make("p", name === "note" ? "note" : "value", [make("span"), make("b")]), (node_, name) => {
        const [first, second] = node_.children;
        if (name === "note") text(first, say("detail.revealed_note", { t: city.say.hhmmss(told.at), purpose: voice.code("purpose", told.purpose), n: left }));
        else { text(first, voice.words("code.fields." + name) ?? name); text(second, told.person[name]); }
      });
    },
  };
}
