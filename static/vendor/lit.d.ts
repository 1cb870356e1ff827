// What our scripts use of lit: their types, and the entry from which `npm run vendor` makes lit.js.
export { html, noChange, nothing, render } from "lit/html.js";
export type { TemplateResult } from "lit/html.js";
export { Directive, directive } from "lit/directive.js";
export type { ElementPart } from "lit/directive.js";
export { guard } from "lit/directives/guard.js";
export { live } from "lit/directives/live.js";
export { ref } from "lit/directives/ref.js";
export { repeat } from "lit/directives/repeat.js";
export { styleMap } from "lit/directives/style-map.js";
