// How a card draws: its view becomes a template, and lit keeps the nodes and sets what differs. Text is always text.
// See "How cards draw" in docs/architecture.md.
import { Directive, directive, guard, html, noChange, nothing, render, repeat } from "../vendor/lit.js";

export { guard, html, live, nothing, ref, styleMap } from "../vendor/lit.js";

const { citywallMend: mend } = window;

/**
 * The `mend` of a card. `start` is called once for each place of the card and returns its drawing; what the card itself
 * remembers (a sheet that is open) are variables of `start`, and `redraw` draws the last view again. What it measures
 * once its nodes are there it does in `drawn`.
 * @param {(city: City, place: Place) => (view: View) => unknown} start
 * @returns {(face: HTMLElement, view: View, city: City) => void}
 */
export function card(start) {
  /** @type {WeakMap<HTMLElement, { view: View, redraw: () => void }>} */
  const started = new WeakMap();
  return (face, view, city) => {
    let one = started.get(face);
    if (!one) {
      const redraw = () => {
        paint(face, draw(own.view));
        place.drawn?.();
      };
      const own = (one = { view, redraw }), place = /** @type {Place} */ ({ face, redraw });
      started.set(face, own);
      const draw = start(city, place);
    }
    one.view = view;
    one.redraw();
  };
}

/** What was drawn by halves, because it threw, is drawn anew the next time. @type {WeakMap<HTMLElement, Comment>} */
const ends = new WeakMap();
/** @param {HTMLElement} face @param {unknown} template */
function paint(face, template) {
  let end = ends.get(face);
  if (!end) {
    end = document.createComment("");
    face.replaceChildren(end);
    ends.set(face, end);
  }
  try {
    render(template, face, { renderBefore: end });
  } catch (error) {
    ends.delete(face);
    throw error;
  }
}

/**
 * Keyed: an id keeps its node.
 * @param {Iterable<string>} ids @param {(id: string, place: number) => unknown} template
 */
export const each = (ids, template) => repeat(ids, (id) => id, template);

/** What of several parts is told, in one line. @param {unknown[]} parts */
export const joined = (...parts) => parts.filter(Boolean).join(" · ");

/** The value of a data attribute; false, null and undefined = it does not stand there. @param {unknown} value */
export const mark = (value) => (value === true ? "" : value === false ? nothing : (value ?? nothing));

/** The head of a card. @param {string} title @param {string} note @param {boolean} [isLost] whether the note is of a loss */
export const head = (title, note, isLost) =>
  html`<header><h2>${title}</h2><span class="note" data-lost=${mark(isLost)}>${note}</span></header>`;

/** A mark of the map and the lists, as mend.js has it. @param {string} kind @param {string} [colour] */
export const shape = (kind, colour) => guard([kind, colour], () => mend.shape(kind, colour));

/**
 * On a button that orders: `${press(spec, fn)}`. What it meant when the pointer went down is what is done, see mend.js.
 * @type {(spec: any, fn: (spec: any) => void) => unknown}
 */
export const press = directive(
  class extends Directive {
    /** @type {(spec: any) => void} */
    fn = () => {};
    isMade = false;

    render() {
      return noChange;
    }
    /** @param {import("../vendor/lit.js").ElementPart} part @param {[any, (spec: any) => void]} given */
    update({ element }, [spec, fn]) {
      if (!this.isMade) mend.press(element, (held) => this.fn(held));
      this.isMade = true;
      this.fn = fn;
      element.citywallSpec = spec;
      return noChange;
    }
  },
);
