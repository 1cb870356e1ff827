// 值班日志: the last lines, newest first.
export function mend(face, view, city) {
  const { make, text, show, part, rows } = city.mend, { say } = city, now = city.city();
  const head = part(face, "head", () => make("header", "", [make("h2")]));
  text(head.firstChild, say.say("log.title"));
  const list = part(face, "list", () => make("ol", "log"));
  rows(list, view.order, () => make("li", "", [make("time"), make("span")]), (node, id) => {
    const line = view.rows.get(id);
    text(node.firstChild, say.moment(line.at, now));
    text(node.lastChild, sentence(line));
  });
  const empty = part(face, "empty", () => make("p", "calm"));
  text(empty, say.say("log.empty"));
  show(empty, view.order.length === 0);

  function sentence(line) {
    const kind = line.class && city.words("class." + line.class);
    const what = [kind || line.label, say.road(line.road) || city.words("street." + line.street)].filter(Boolean).join(" · ");
    const known = line.hazard && line.hazard !== "other" && city.words("hazard." + line.hazard) && city.words("colour." + line.colour);
    const warning = known
      ? say.say("warning.name", { hazard: city.words("hazard." + line.hazard), colour: city.words("colour." + line.colour) })
      : line.headline ?? "";
    const source = line.source && (city.words("source." + line.source) ?? line.source);
    return say.say(line.text, { ...line, what: what || say.say("log.case_over"), warning: warning || say.say("log.warning_over"), source });
  }
}
