// Intake: filing a report with the 15-minute clock. Class with search, its filing condition, hazard with a
// reason, danger to life, merging with what is near; not filed only for the reasons of the law.
const MATCHES = 8, DANGERS = ["fire", "crime", "medical", "trapped"];
let classes = null; // a promise: the list is the same for every case of the page

// A refused question has no list; only what was told is kept.
function classesOf(city) {
  classes ??= city.desk.ask("classes", {}).then((reply) => {
    if (!Array.isArray(reply.classes)) throw new Error("no list of classes");
    return reply.classes;
  }).catch((error) => { classes = null; throw error; });
  return classes;
}

// `kit`: {voice, choiceField, manyField, formOf, formSpec, mergeLine}. `act(verb, args)` answers a promise.
export function intakeOf(city, kit, record, act) {
  const { make, text, mark, show, rows } = city.mend, { voice } = kit, { say } = voice;
  const node = make("form", "form intake"), clock = make("span", "clock"), title = make("h3");
  node.noValidate = true;
  text(title, say("detail.intake"));
  const head = make("div", "form-head", [title, clock]);
  const chosen = { kind: record.kind, code: record.code, standards: [], standard: "" };
  let list = null, isLearning = false, isHazard = record.hazard === true, isHazardTouched = false;

  // ---- class
  const search = make("input"), matches = make("ul", "matches"), name = make("p", "chosen");
  search.type = "search";
  search.placeholder = say("detail.class_search");
  search.setAttribute("aria-label", say("detail.field.class"));
  search.addEventListener("input", offer);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || search.value.trim() === "" || event.isComposing) return;
    event.preventDefault();
    matches.querySelector("button")?.click();
  });
  function offer() {
    const wanted = search.value.trim().toLowerCase();
    const found = wanted === "" ? [] : (list ?? []).filter((one) => haystack(one).includes(wanted)).slice(0, MATCHES);
    matches.replaceChildren(...found.map((one) => {
      const button = make("button");
      button.type = "button";
      text(button, classLine(one));
      button.addEventListener("click", () => { take(one); search.value = ""; offer(); });
      return make("li", "", [button]);
    }));
    show(matches, found.length > 0);
  }
  const haystack = (one) => `${classLine(one)} ${one.code} ${one.minor ?? ""}`.toLowerCase();
  const classLine = (one) => `${voice.classCode(one)} ${voice.className(one)}`;

  // ---- filing condition
  const conditions = make("div", "conditions");
  function take(one) {
    Object.assign(chosen, { kind: one.kind, code: one.code, standards: one.standards ?? [], standard: one.standards?.[0]?.key ?? "" });
    text(name, classLine(one));
    conditions.replaceChildren(...chosen.standards.map((standard) => {
      const button = make("button", "condition", [make("span"), make("span", "limit")]);
      button.type = "button";
      text(button.firstChild, standard.condition);
      text(button.lastChild, voice.limit(standard));
      button.addEventListener("click", () => choose(standard.key));
      mark(button, "standard", standard.key);
      return button;
    }));
    choose(chosen.standard);
  }
  function choose(key) {
    chosen.standard = key;
    if (!isHazardTouched) isHazard = ourHazard();
    paint();
  }
  // What the rules make of it unless somebody says otherwise, as in city/commands/filing.py.
  const ourHazard = () => record.hazard === true || (standard() ? standard().hazard === true : classOf()?.hazard === true);
  const classOf = () => list?.find((one) => one.kind === chosen.kind && one.code === chosen.code);
  const standard = () => chosen.standards.find((one) => one.key === chosen.standard);

  // ---- hazard and danger
  const hazard = kit.choiceField(city, { options: [[false, say("detail.no_hazard")], [true, say("detail.hazard")]], value: isHazard }, () => {
    isHazard = hazard.read();
    isHazardTouched = true;
    paint();
  });
  const reason = make("input");
  reason.type = "text";
  reason.maxLength = 200;
  reason.placeholder = say("detail.hazard_reason");
  reason.setAttribute("aria-label", say("detail.hazard_reason"));
  const danger = kit.manyField(city, { options: DANGERS.map((one) => [one, voice.code("danger", one)]) }, () => paint());
  const warned = make("p", "warned");
  text(warned, say("detail.danger_note"));

  function paint() {
    if (hazard.read() !== isHazard) hazard.set(isHazard);
    for (const button of conditions.children) mark(button, "on", button.dataset.standard === chosen.standard);
    show(reason, isHazardTouched && isHazard !== ourHazard());
    show(warned, danger.read().length > 0);
    text(wrong, "");
  }

  // ---- merging
  const merges = make("ul", "merges");
  let candidates = [];
  function mendMerges(told) {
    candidates = told ?? [];
    show(merges, candidates.length > 0);
    rows(merges, candidates.map((one) => one.mark), (id) => {
      const button = make("button"), row = make("li", "", [make("span", "what"), button]);
      button.type = "button";
      button.addEventListener("click", () => act("merge", { into: id }));
      return row;
    }, (row, id) => {
      const one = candidates.find((other) => other.mark === id), place = candidates.indexOf(one);
      text(row.firstChild, kit.mergeLine(voice, one));
      text(row.lastChild, say(place === 0 ? "detail.merge_key" : "detail.merge"));
    });
  }

  // ---- sending
  const file = make("button", "primary"), verify = make("button"), reject = make("button"), wrong = make("span", "wrong");
  file.type = "submit";
  verify.type = reject.type = "button";
  text(file, say("detail.file_key"));
  text(verify, voice.verb("request_verification"));
  text(reject, voice.verb("reject"));
  verify.addEventListener("click", () => act("request_verification", {}));
  const refusing = make("div", "refusing");
  show(refusing, false);
  reject.addEventListener("click", () => {
    if (!refusing.hidden) return show(refusing, false);
    const form = kit.formOf(city, kit.formSpec(voice, "reject", record, null, []), (args) => act("reject", args), () => show(refusing, false));
    refusing.replaceChildren(form.node);
    show(refusing, true);
    form.focus();
  });

  function args() {
    const found = { standard: chosen.standard };
    if (!chosen.standard) delete found.standard;
    if (chosen.kind !== record.kind || chosen.code !== record.code) Object.assign(found, { kind: chosen.kind, code: chosen.code });
    if (isHazard !== ourHazard()) Object.assign(found, { hazard: isHazard, ...(reason.value.trim() && { hazard_reason: reason.value.trim() }) });
    const threats = danger.read();
    if (threats.length > 0) found.danger = threats;
    return found;
  }
  async function send() {
    if (file.disabled) return;
    if (!chosen.code) { text(wrong, say("detail.missing", { what: say("detail.field.class") })); search.focus(); return; }
    if (!reason.hidden && reason.value.trim() === "") { text(wrong, say("detail.missing", { what: say("detail.hazard_reason") })); reason.focus(); return; }
    file.disabled = true;
    try { await act("file", args()); } finally { file.disabled = false; }
  }
  node.addEventListener("submit", (event) => { event.preventDefault(); send(); });

  const labelled = (key, ...nodes) => {
    const label = make("label", "label");
    text(label, say("detail.field." + key));
    return make("div", "field", [label, make("div", "inputs", nodes)]);
  };
  node.append(head, labelled("class", make("div", "class-line", [name, search]), matches), labelled("condition", conditions),
    labelled("hazard", make("div", "line", [hazard.input, reason])), labelled("danger", make("div", "line", [danger.input]), warned), merges,
    make("p", "buttons", [file, verify, reject, wrong]));
  // Refusing is a form of its own: forms cannot stand in forms.
  const whole = make("div", "intake-pane", [node, refusing]);
  text(name, voice.className(record));
  show(matches, false);
  show(reason, false);
  show(warned, false);
  mendMerges([]);
  // Asked again with every look until the list is here.
  async function learn() {
    if (list !== null || isLearning) return;
    isLearning = true;
    try { list = await classesOf(city); } catch { return; } finally { isLearning = false; }
    const own = list.find((one) => one.kind === record.kind && one.code === record.code);
    if (own) take(own);
    offer();
  }
  learn();

  return {
    node: whole, send, mendMerges,
    merge: () => (candidates.length > 0 ? act("merge", { into: candidates[0].mark }) : null),
    focus: () => search.focus(),
    mend(now, may) {
      learn();
      const due = voice.epoch(now.accept_by ?? (now.next === "accept" ? now.next_at : null));
      const by = Number.isFinite(due) ? due : voice.epoch(now.at) + ACCEPT_S, at = city.city();
      text(clock, say("detail.accept_clock", { left: city.say.left(by, at), t: city.say.moment(by, at) }));
      mark(clock, "colour", by < at ? "red" : by - at <= SOON_S && "yellow");
      show(file, may("file"));
      show(verify, may("request_verification"));
      show(reject, may("reject"));
      for (const row of merges.children) show(row.lastChild, may("merge"));
    },
  };
}
const ACCEPT_S = 900, SOON_S = 300;
