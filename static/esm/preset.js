// 重点视频: the preset of an emergency. Closed underpasses come first; a camera that fails says so at its place.
import { strip } from "./cameras.js";

export const mend = strip(({ say, words }, { order, rows }) => {
  const reasons = new Set(order.map((id) => rows.get(id).why));
  return [say.say("preset.title"), [...reasons].map((why) => words("preset.why." + why)).filter(Boolean).join(" · ")];
});
