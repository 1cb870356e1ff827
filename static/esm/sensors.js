// Sensors off normal or silent, as the map's layer counts them. No news, no chip.
export function mend(face, view, city) {
  const { make, text, show, part } = city.mend, { say } = city;
  const { off_normal: off = 0, lost = 0 } = city.frame("sensors")?.meta ?? {};
  const chip = part(face, "chip", () => make("p", "chip"));
  text(chip, [
    off > 0 && say.say("sensors.off_normal", { n: off }),
    lost > 0 && say.say("sensors.lost", { n: lost }),
  ].filter(Boolean).join(" · "));
  show(chip, off + lost > 0);
}
