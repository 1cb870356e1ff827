// Codes into words for the middle of the desk: holders, classes, moments, distances. A code that the
// catalogue does not know is shown as it came, as text.
export function vocabulary(city) {
  const { say, words } = city;
  const isNothing = (value) => value === null || value === undefined || value === "";

  // Facts tell moments in ISO 8601, cases in city epoch seconds; NaN = none.
  const epoch = (value) => isNothing(value) ? NaN : typeof value === "number" ? value : Date.parse(value) / 1000;
  function moment(value) {
    const at = epoch(value);
    return Number.isFinite(at) ? say.moment(at, city.city()) : isNothing(value) ? "" : String(value);
  }
  const list = (values, fn) => [...(Array.isArray(values) ? values : [values])].filter((one) => !isNothing(one)).map(fn).join(say.say("list.comma"));
  const holder = (code) => isNothing(code) ? "" : words("agency." + code) ?? words("role." + code) ?? words("code.role." + code) ?? words("code.service." + code)
    ?? words("code.level." + code) ?? String(code);
  const code = (group, value) => isNothing(value) ? "" : words(`code.${group}.${value}`) ?? String(value);
  const state = (value) => words("state." + value) ?? String(value ?? "");
  const verb = (name) => words("verb." + name) ?? String(name);

  // "01-23": the code as the standard writes it.
  const dashed = (value) => /^\d{4,5}$/.test(value ?? "") ? `${value.slice(0, 2)}-${value.slice(2)}` : String(value ?? "");
  const classKey = (row) => row.class || (row.code ? `${row.kind}.${row.code}` : "");
  const className = (row) => words("class." + classKey(row)) ?? (row.label || say.say("class.unknown"));
  function classCode(row) {
    const short = dashed(row.code ?? classKey(row).split(".")[1]);
    return [short, row.minor].filter(Boolean).join(" ");
  }
  const place = (row) => say.road(row.road) || words("street." + row.street) || row.address || "";
  // The role in which somebody acted stands in the place of their own title.
  const who = (name, what) => name && what ? say.say("fact.by", { name: city.orders.short(name), what }) : name || what;
  // "值班员 2席": the role in which somebody acted and where they sat.
  function role(given) {
    const seat = isNothing(given.seat) ? "" : /^\d+$/.test(given.seat) ? say.say("fact.seat", { n: given.seat }) : holder(given.seat);
    return [given.role && (words("role." + given.role) ?? given.role), seat].filter(Boolean).join(" ");
  }
  const quote = (text) => isNothing(text) ? "" : say.say("fact.quote", { text });
  // Why a rule or a clock did something: a key of the catalogue, filled with what it names; "" when unknown.
  const why = (group, key, names) => key && words(`${group}.${key}`) !== undefined ? say.say(`${group}.${key}`, city.orders.named(names)) : "";
  const reach = (unit) => city.orders.reach(unit);
  const limit = (standard) => standard?.limit_value ? say.say("detail.limit." + standard.limit_unit, { n: standard.limit_value }) : "";

  return { say: say.say, words, isNothing, epoch, moment, list, holder, code, state, verb, dashed, classKey, className, classCode,
    place, who, role, quote, why, reach, limit };
}

// Everybody who can hold a case: the agencies' codes, then the streets'.
export function holdersOf(city) {
  const streets = city.page.streets ?? [], known = new Set(streets);
  const agencies = Object.keys(city.page.words).filter((key) => /^agency\.[a-z][a-z0-9_]*$/.test(key)).map((key) => key.slice(7)).filter((code) => !known.has(code));
  return [...agencies, ...streets];
}
