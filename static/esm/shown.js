// The sign of what a desk has put on this wall: what it is, by whom, when, and the way back.
const PICTURE_MS = 5000;

export function mend(face, view, city) {
  const { make, text, show, part } = city.mend, { say } = city, row = city.shown?.() ?? null;
  const sign = part(face, "sign", () => make("p", "chip", [make("span"), make("span")]));
  const picture = part(face, "picture", () => {
    const node = make("img", "picture");
    node.alt = "";
    node.addEventListener("error", () => { node.hidden = true; });
    node.addEventListener("load", () => { node.hidden = false; });
    node.hidden = true;
    return node;
  });
  show(sign, row !== null);
  if (row === null || row.kind !== "camera") {
    if (picture.hasAttribute("src")) picture.removeAttribute("src");
    picture.hidden = true;
  }
  if (row === null) return;
  const name = row.kind === "case" ? [city.words("class." + row.class) ?? (row.label || say.say("class.unknown")), say.road(row.road) || city.words("street." + row.street)]
    : row.kind === "camera" ? [say.say("shown.camera"), row.label] : [say.say("shown.view")];
  text(sign.firstChild, [...name, row.lon === null && !row.view && say.say("shown.unplaced")].filter(Boolean).join(" · "));
  text(sign.lastChild, [say.say("shown.by", { by: row.by, t: say.moment(city.toCity(row.at), city.city()) }), say.say("shown.back")].join(" · "));
  if (row.kind === "camera") {
    const wanted = `/camera/${encodeURIComponent(row.id)}.jpg?at=${Math.floor(performance.now() / PICTURE_MS)}`;
    if (picture.getAttribute("src") !== wanted) picture.setAttribute("src", wanted);
  }
}
