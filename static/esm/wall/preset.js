// 重点视频: the preset of an emergency. Closed underpasses come first; a camera that fails says so at its place.
import { strip } from "./cameras.js";

export const mend = strip(({ say }, { scalars: { closed } }) => [say.say("preset.title"), closed > 0 ? say.say("preset.closed", { n: closed }) : ""]);
