// 联勤联动: nothing runs, said in as few words as possible.
import { card, head } from "../js/draw.js";

export const mend = card(({ say }) => () => head(say.say("linkage.title"), say.say("linkage.none")));
