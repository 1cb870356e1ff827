// The ruling sheet: what a leader needs to say whose it is, and the ranked answers as buttons.
const SCOPES = ["this_case", "this_component", "this_road_segment", "category_in_area"], KINDS = ["interim", "final"], RANKED = 3;

export function rulingOf(city, kit, record, holders, act) {
  const { make, text, rows, show } = city.mend, { voice } = kit, { say } = voice;
  const node = make("div", "form ruling-sheet"), title = make("h3"), clock = make("span", "clock");
  text(title, say("detail.ruling"));
  const reason = make("p", "told"), register = make("p", "told");
  const scope = kit.choiceField(city, { options: SCOPES.filter((one) => one !== "this_component" || record.component).map((one) => [one, voice.code("scope", one)]),
    value: record.component ? "this_component" : "this_case" }, () => {});
  const kind = kit.choiceField(city, { options: KINDS.map((one) => [one, voice.code("kind", one)]), value: "interim" }, () => mend(last));
  const words = make("input");
  words.type = "text";
  words.maxLength = 500;
  words.placeholder = say("detail.ruling_text");
  words.setAttribute("aria-label", say("detail.ruling_text"));
  const other = make("select"), none = make("option");
  text(none, say("detail.field.other"));
  none.value = "";
  other.append(none, ...holders.map((one) => {
    const option = make("option");
    option.value = one;
    text(option, voice.holder(one));
    return option;
  }));
  other.addEventListener("change", () => mend(last));
  const answers = make("p", "buttons answers");
  let last = null, isSending = false;

  async function rule(holder) {
    if (isSending) return;
    isSending = true;
    const told = words.value.trim();
    try { await act("rule", { holder, kind: kind.read(), scope: scope.read(), ...(told && { text: told }) }); } finally { isSending = false; }
  }
  const labelled = (key, input) => {
    const label = make("label", "label");
    text(label, say("detail.field." + key));
    return make("div", "field", [label, input]);
  };
  node.append(make("div", "form-head", [title, clock]), reason, register, labelled("scope", scope.input), labelled("kind", kind.input),
    labelled("text", words), labelled("holder", make("div", "line", [answers, other])));

  function mend(now) {
    last = now;
    if (!now) return;
    const { record: row, register: entry } = now, ruling = row.ruling ?? {};
    const due = voice.epoch(row.ruling_due_at ?? ruling.due_at);
    text(clock, Number.isFinite(due) ? say("detail.rule_clock", { left: city.say.left(due, city.city()) }) : "");
    text(reason, [ruling.reason && (voice.words("code.reason." + ruling.reason) ?? ruling.reason),
      (row.bounces ?? []).length > 0 && say("detail.refused_times", { n: row.bounces.length, names: voice.list(row.bounces.map((one) => one.holder), voice.holder) }),
    ].filter(Boolean).join(" · "));
    show(reason, reason.textContent !== "");
    text(register, entry ? say("detail.registered", { holder: voice.holder(entry.holder), kind: voice.code("kind", entry.kind), no: entry.no }) : say("detail.not_registered"));
    const ranked = (ruling.candidates?.length ? ruling.candidates : row.targets ?? []).slice(0, RANKED);
    const offered = other.value && !ranked.includes(other.value) ? [...ranked, other.value] : [...ranked];
    rows(answers, offered, (holder) => {
      const button = make("button");
      button.type = "button";
      button.addEventListener("click", () => rule(holder));
      return button;
    }, (button, holder) => {
      text(button, say("detail.rule_for", { holder: voice.holder(holder), kind: voice.code("kind", kind.read()) }));
      button.classList.toggle("primary", holder === ranked[0]);
    });
  }
  return { node, mend };
}
