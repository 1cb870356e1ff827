// 值班日志 on the duty page.
export { mend } from "./log.js";
