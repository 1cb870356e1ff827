// The desk's header: whose desk it is, the keys, what is in force, the clock, and the way out.
const { level, flags, signs, link, clock } = await import(`./header.js${new URL(import.meta.url).search}`);

// Each key with the verbs that it may mean; a key that means none of the person's is not named to them.
const KEYS = { e: ["escalate", "send_for_ruling"], r: ["reassign", "dispatch"], digits: ["reassign", "dispatch"], w: ["show"], u: ["undo"], x: [], search: [] };

export function mend(face, view, city) {
  const { make, text, show, part, rows } = city.mend, { say, page } = city;
  const { seat, name, role } = page.person ?? {}, title = city.words("role." + role) ?? role ?? "";
  text(part(face, "who", () => make("h1")), [
    say.say("desk.title"), [seat && say.say("desk.seat", { seat }), name && (title && !/[（(]/.test(name) ? say.say("desk.person", { name, role: title }) : name)].filter(Boolean).join(" "),
    // Whom no shift names looks and orders nothing: that is said, not left to be found out by missing buttons.
    page.person && !city.orders.may("comment") && say.say("desk.off_shift"),
  ].filter(Boolean).join(" · "));
  flags(face, view, city, () => "");

  const keys = part(face, "keys", () => make("p", "keys"));
  const mine = Object.keys(KEYS).filter((id) => KEYS[id].length === 0 || KEYS[id].some(city.orders.may));
  rows(keys, mine, () => make("span", "", [make("kbd"), make("span")]), (node, id) => {
    text(node.firstChild, say.say("key." + id));
    text(node.lastChild, say.say("keys." + id));
  });

  signs(face, view, city);
  link(face, city, city.session() === "lost" ? say.say("desk.session_lost") : "");
  level(face, city);
  clock(face, city);
  const out = part(face, "out", () => {
    const button = make("button", "plain");
    button.type = "button";
    button.addEventListener("click", () => city.desk.signOut());
    return button;
  });
  text(out, say.say("desk.sign_out"));
  show(out, Boolean(page.person?.name));
}
