// Forms in the pane, no dialogs. A form is built once and kept until it is sent or left, so that no tick
// takes away what is being typed. A field: {name, kind, label, options, required, value, when, number}.
const FIELDS = { text: textField, area: areaField, choice: choiceField, pick: pickField, many: manyField };

// `spec`: {key, title, fields, submit}. `send(args)` answers a promise of the act's answer.
export function formOf(city, spec, send, leave) {
  const { make, text, mark, show } = city.mend, { say } = city;
  const node = make("form", "form"), title = make("h3"), body = make("div", "fields"), foot = make("p", "buttons");
  const submit = make("button", "primary"), cancel = make("button"), wrong = make("span", "wrong");
  node.noValidate = true;
  submit.type = "submit";
  cancel.type = "button";
  text(title, spec.title);
  text(submit, spec.submit ?? spec.title);
  text(cancel, say.say("detail.cancel"));
  const fields = spec.fields.map((field) => ({ ...field, ...FIELDS[field.kind](city, field, changed) }));
  for (const field of fields) {
    const label = make("label", "label");
    text(label, field.label);
    field.node = make("div", "field", [label, field.input]);
    mark(field.node, "field", field.name);
    body.append(field.node);
  }
  foot.append(submit, cancel, wrong);
  node.append(title, body, foot);

  const values = () => Object.fromEntries(fields.map((field) => [field.name, field.read()]));
  const isMeant = (field, told) => !field.when || field.when(told);
  const isNeeded = (field, told) => typeof field.required === "function" ? field.required(told) : field.required;
  function changed() {
    const told = values();
    for (const field of fields) {
      show(field.node, isMeant(field, told));
      mark(field.node, "missing", null);
    }
    text(wrong, "");
  }
  function args() {
    const told = values(), found = {};
    let first = null;
    for (const field of fields) {
      if (!isMeant(field, told)) continue;
      const value = told[field.name], isEmpty = value === "" || value === null || (Array.isArray(value) && value.length === 0);
      if (isEmpty && isNeeded(field, told)) {
        mark(field.node, "missing", true);
        first ??= field;
      } else if (!isEmpty && !field.isOurs) found[field.name] = value;
    }
    if (first) {
      text(wrong, say.say("detail.missing", { what: first.label }));
      first.focus?.();
      return null;
    }
    return found;
  }
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const found = args();
    if (found === null || submit.disabled) return;
    submit.disabled = true;
    try {
      const answer = await send(found);
      if (answer?.done) leave();
    } finally { submit.disabled = false; }
  });
  cancel.addEventListener("click", leave);
  node.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); leave(); } });
  changed();
  return { node, key: spec.key, focus: () => fields.find((field) => !field.node.hidden && field.focus)?.focus(), args };
}

function textField(city, field, changed) {
  const input = city.mend.make("input");
  input.type = "text";
  input.value = field.value ?? "";
  input.maxLength = 200;
  input.addEventListener("input", changed);
  return { input, read: () => input.value.trim(), focus: () => input.focus() };
}
function areaField(city, field, changed) {
  const input = city.mend.make("textarea");
  input.rows = 2;
  input.value = field.value ?? "";
  input.maxLength = 2000;
  input.addEventListener("input", changed);
  // Enter sends, Shift+Enter is a new line: the hand stays on the keyboard.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    input.form?.requestSubmit();
  });
  return { input, read: () => input.value.trim(), focus: () => input.focus() };
}
// A row of buttons of which one is pressed. Options: [[value, label], …].
export function choiceField(city, field, changed) {
  const { make, text, mark } = city.mend, input = make("div", "choice");
  let value = field.value ?? null;
  const buttons = field.options.map(([one, label]) => {
    const button = make("button");
    button.type = "button";
    text(button, label);
    button.addEventListener("click", () => { value = one; paint(); changed(); });
    input.append(button);
    return [one, button];
  });
  function paint() {
    for (const [one, button] of buttons) {
      mark(button, "on", one === value);
      button.setAttribute("aria-pressed", String(one === value));
    }
  }
  paint();
  return { input, read: () => value, focus: () => buttons[0]?.[1].focus(), set: (one) => { value = one; paint(); } };
}
// One of many, from a list that the browser unfolds.
function pickField(city, field, changed) {
  const { make, text } = city.mend, input = make("select");
  for (const [value, label] of [["", ""], ...field.options]) {
    const option = make("option");
    option.value = value;
    text(option, label);
    input.append(option);
  }
  input.value = field.value ?? "";
  input.addEventListener("change", changed);
  return { input, read: () => input.value, focus: () => input.focus() };
}
export function manyField(city, field, changed) {
  const { make, text } = city.mend, input = make("div", "many"), boxes = [];
  for (const [value, label] of field.options) {
    const box = make("input"), line = make("label", "", [box]), words = make("span");
    box.type = "checkbox";
    text(words, label);
    line.append(words);
    box.addEventListener("change", changed);
    boxes.push([value, box]);
    input.append(line);
  }
  const read = () => boxes.filter(([, box]) => box.checked).map(([value]) => value);
  return { input, read, focus: () => boxes[0]?.[1].focus() };
}
