// 联勤联动: nothing runs, said in as few words as possible.
export function mend(face, view, city) {
  const { make, text, part } = city.mend, { say } = city;
  const head = part(face, "head", () => make("header", "", [make("h2"), make("span", "note")]));
  text(head.firstChild, say.say("linkage.title"));
  text(head.lastChild, say.say("linkage.none"));
}
