// What marks and colours on the map mean, in numbers. The console sends the legend with the frames.
export function mend(face, view, city) {
  const { make, text, show, part, rows, reshape } = city.mend, { say } = city;
  const { marks = [], steps = [], numbers = [], window_s: span = 0 } = view.scalars;
  const signs = part(face, "signs", () => make("div", "signs"));
  rows(signs, marks.map((sign) => sign.word), () => make("span", "sign", [make("span", "mark"), make("span")]), (node, word) => {
    const sign = marks.find((one) => one.word === word);
    reshape(node.firstChild, sign.shape, sign.colour);
    text(node.lastChild, say.say(word));
  });
  show(signs, marks.length > 0);

  const ramp = part(face, "ramp", () => make("div", "ramp", [
    make("p"), make("div", "scale", [make("div", "steps"), make("span"), make("div", "numbers")]),
  ]));
  const [title, under] = ramp.children, [bar, unit, scale] = under.children;
  text(unit, say.say("legend.unit"));
  text(title, say.say("legend.density", { n: Math.round(span / 60) }));
  rows(bar, steps.map(String), () => make("i"), (node, colour) => {
    if (node.style.background === "") node.style.background = colour;
  });
  rows(scale, numbers.map(([step]) => String(step)), () => make("span"), (node, step) => {
    const place = numbers.findIndex(([one]) => String(one) === step);
    node.style.left = `${(100 * (Number(step) + 0.5)) / Math.max(1, steps.length)}%`;
    text(node, numbers[place][1].toLocaleString("en"));
  });
  show(ramp, steps.length > 0);
}
