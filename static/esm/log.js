// 值班日志: the last lines, newest first.
const { warning } = await import(`./header.js${new URL(import.meta.url).search}`);

const LATE_S = 300; // a warning that came later after it was sent says when that was

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
    const heads = { zh: line.headline_zh, en: line.headline_en };
    const sent = Date.parse(line.sent ?? "") / 1000, late = line.at - sent > LATE_S ? say.moment(sent, now) : "";
    const warned = line.hazard ? [warning({ ...line, headlines: heads }, city).words, late].filter(Boolean).join(" ") : "";
    const source = line.source && (city.words("source." + line.source) ?? line.source);
    return say.say(line.text, { ...line, what: what || say.say("log.case_over"), warning: warned || say.say("log.warning_over"), source });
  }
}
