// 值班指标: the figures of duty, drawn as those of the desk.
export { mend } from "../desk/desk_indicators.js";
