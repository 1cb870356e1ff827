// Names of duty in words: posts, and when a hand-over is.
import { joined } from "../draw.js";

/** The post of a key: 值班长, 公安, 陆家嘴. @param {City} city @param {string} key */
export function postName({ words, say }, key) {
  const [kind, code] = key.split(":"), role = words("role." + kind) ?? kind;
  if (!code) return role;
  if (/^[2-9]$/.test(code)) return say.say("duty_page.post_number", { role, n: code });
  return words((kind === "sub_centre" ? "street." : "agency.") + code) ?? words("street." + code) ?? code;
}

/** 交接班 08:30 · 草稿已生成 · 必签 6 项; "" while it is far away. @param {City} city @param {Record<string, any>} duty */
export function handoverLine({ say }, { hand_over_at: at, drafted, must, unanswered_items: open }) {
  if (at == null || !drafted) return "";
  return joined(say.say("duty_page.handover.title", { t: say.hhmm(at) }), say.say("duty_page.handover.drafted"),
    mustWords(say, open, must));
}

/** 必签 6 项, later 还有 1 项未签. @param {Say} say @param {number} open @param {number} must */
export const mustWords = (say, open, must) => say.say(open === 0 ? "duty_page.handover.all_seen" : open === must ? "duty_page.handover.must" : "duty_page.handover.open", { n: open, of: must });

/** Duty in one line, by exception: the hand-over, what is empty, who does not answer. @param {City} city @param {Record<string, any>} duty */
export function dutyLine(city, duty) {
  const { say } = city, [post, since] = duty.first ?? ["", null];
  const late = since == null ? "" : " " + say.coarse(Math.max(0, city.city() - since));
  return joined(handoverLine(city, duty), duty.empty > 0 && say.say("duty.empty", { names: postName(city, post.includes(":") || city.words("role." + post) ? post : "seat:" + post) + late })
    + (duty.empty > 1 ? say.say("more.plain", { n: duty.empty - 1 }) : ""), duty.unanswered > 0 && say.say("duty.unanswered", { n: duty.unanswered }));
}
