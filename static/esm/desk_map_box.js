// Over the desk's map: who is nearest to the chosen case, one click to send them; the cameras that see it.
const version = new URL(import.meta.url).search;
const [{ vocabulary }, { caseOf }] = await Promise.all(["words", "case"].map((name) => import(`../js/desk_${name}.js${version}`)));
const CAMERAS = 3;

export function mend(face, view, city) {
  const pane = (face.citywallPane ??= paneOf(face, city));
  pane.mend();
}

function paneOf(face, city) {
  const { make, text, mark, show, part, rows, press } = city.mend, { say } = city, { desk } = city;
  const voice = vocabulary(city), chosen = caseOf(city);
  const button = (parent, fn) => {
    const node = press(make("button"), fn);
    node.type = "button";
    parent.append(node);
    return node;
  };
  const near = part(face, "near", () => make("p", "near", [make("span")]));
  const send = button(near, ([mark_, version_, unit]) =>
    desk.act("send_unit", mark_, version_, { unit: unit.unit, call_sign: unit.call_sign ?? "" }, unit.call_sign ?? ""));
  const cameras = part(face, "cameras", () => make("ul", "near cameras"));
  const whole = part(face, "view", () => make("p", "near view"));
  const cast = button(whole, () => {
    const box = city.deskMap?.view();
    if (box) desk.act("show", desk.wall, 0, { kind: "view", view: box });
  });

  function redraw() {
    const mark_ = chosen.mark(), reply = chosen.reply(), { may } = chosen;
    const [unit] = reply?.near?.units ?? [];
    // Who was nearest a while ago may be far now: without an answer nothing of it is told.
    const isKnown = mark_ !== null && reply !== null && !chosen.isFailed();
    show(near, isKnown);
    const named = unit && { ...unit, call_sign: unit.call_sign || voice.holder(unit.agency) };
    text(near.firstChild, named ? say.say("near.unit", { unit: voice.reach(named) }) : say.say("near.none"));
    text(send, say.say("near.send"));
    send.citywallSpec = [mark_, chosen.version(), unit];
    show(send, Boolean(unit) && may("send_unit"));
    send.disabled = mark_ !== null && city.orders.isBusy(mark_);

    const seen = (reply?.near?.cameras ?? []).slice(0, CAMERAS), by = new Map(seen.map((camera) => [camera.id, camera]));
    show(cameras, isKnown && seen.length > 0);
    rows(cameras, [...by.keys()], (id) => {
      const node = make("li", "", [make("span", "name"), make("span", "state")]);
      button(node, () => desk.act("show", desk.wall, 0, { kind: "camera", id }));
      return node;
    }, (node, id) => {
      const camera = by.get(id), [name, state, show_] = node.children;
      text(name, say.say("near.camera", { name: camera.name, m: Math.round(camera.metres) }));
      text(state, stateOf(camera));
      mark(state, "lost", !camera.well);
      text(show_, say.say("near.show"));
      show(show_, camera.well && may("show"));
      show_.disabled = city.orders.isBusy(desk.wall);
    });
    text(cast, say.say("near.view"));
    show(whole, may("show"));
    cast.disabled = city.orders.isBusy(desk.wall);
  }
  function stateOf(camera) {
    if (camera.well) return say.say("near.camera_well");
    const since = camera.picture_at ?? (camera.heard == null ? null : city.toCity(camera.heard));
    return say.say("near.camera_lost", { t: voice.moment(since) }).trim();
  }

  // The pop-up over the map waits for the same answer.
  chosen.onChange("desk_map_box", () => { redraw(); city.deskMap?.look(); });
  desk.onActs(redraw);
  return { mend() { chosen.look(); redraw(); } };
}
