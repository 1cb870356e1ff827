// Over the desk's map: who is nearest to the chosen case, one click to send them; the cameras that see it.
const version = new URL(import.meta.url).search;
const [{ vocabulary }, { caseOf }] = await Promise.all(["words", "case"].map((name) => import(`../js/desk_${name}.js${version}`)));
const CAMERAS = 3, WELL = new Set(["", "ok", "online", "normal", "good", "live"]); // as in layers/cameras.py

export function mend(face, view, city) {
  const pane = (face.citywallPane ??= paneOf(face, city));
  pane.mend();
}

function paneOf(face, city) {
  const { make, text, mark, show, part, rows } = city.mend, { say } = city, { desk } = city;
  const voice = vocabulary(city), chosen = caseOf(city);
  const button = (parent, press) => {
    const node = make("button");
    node.type = "button";
    node.addEventListener("click", () => { if (desk.isLive()) press(); });
    parent.append(node);
    return node;
  };
  const near = part(face, "near", () => make("p", "near", [make("span")]));
  const send = button(near, () => {
    const unit = chosen.reply()?.near?.units?.[0];
    if (unit) desk.act("send_unit", chosen.mark(), chosen.version(), { unit: unit.unit, call_sign: unit.call_sign ?? "" }, unit.call_sign ?? "");
  });
  const cameras = part(face, "cameras", () => make("ul", "near cameras"));
  const whole = part(face, "view", () => make("p", "near view"));
  const cast = button(whole, () => {
    const box = city.deskMap?.view();
    if (box) desk.act("show", desk.wall, 0, { kind: "view", view: box });
  });

  function redraw() {
    const mark_ = chosen.mark(), reply = chosen.reply(), { may } = chosen;
    const [unit] = reply?.near?.units ?? [];
    show(near, mark_ !== null && reply !== null);
    text(near.firstChild, unit ? [say.say("near.unit", { name: unit.call_sign || voice.holder(unit.agency) || unit.unit, m: Math.round(unit.metres) }),
      unit.minutes != null && say.say("near.minutes", { n: Math.max(1, Math.round(unit.minutes)) })].filter(Boolean).join(" ") : say.say("near.none"));
    text(send, say.say("near.send"));
    show(send, Boolean(unit) && may("send_unit"));
    const made = mark_ === null ? null : desk.pendingOf(mark_);
    send.disabled = made?.state === "pending" || made?.state === "silent";

    const seen = (reply?.near?.cameras ?? []).slice(0, CAMERAS), by = new Map(seen.map((camera) => [camera.id, camera]));
    show(cameras, mark_ !== null && seen.length > 0);
    rows(cameras, [...by.keys()], (id) => {
      const node = make("li", "", [make("span", "name"), make("span", "state")]);
      button(node, () => desk.act("show", desk.wall, 0, { kind: "camera", id }));
      return node;
    }, (node, id) => {
      const camera = by.get(id), [name, state, show_] = node.children;
      text(name, say.say("near.camera", { name: camera.name, m: Math.round(camera.metres) }));
      text(state, stateOf(camera));
      mark(state, "lost", !WELL.has(camera.state ?? ""));
      text(show_, say.say("near.show"));
      show(show_, may("show"));
    });
    text(cast, say.say("near.view"));
    show(whole, may("show"));
  }
  function stateOf(camera) {
    if (WELL.has(camera.state ?? "")) return say.say("near.camera_well");
    return say.say("near.camera_lost", { t: camera.picture_at == null ? "" : voice.moment(camera.picture_at) }).trim();
  }

  chosen.onChange("desk_map_box", redraw);
  desk.onActs(redraw);
  return { mend() { chosen.look(); redraw(); } };
}
