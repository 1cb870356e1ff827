// Mending: a card's nodes are kept and only what differs is set. A repainted list loses the click that
// lands between two paints. Text enters a page here and only as textContent.
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, name, children) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    for (const child of children ?? []) node.append(child);
    return node;
  }
  function text(node, words) {
    const wanted = words ?? "";
    if (node.textContent !== wanted) node.textContent = wanted;
  }
  function mark(node, name, value) {
    const wanted = value === true ? "" : value;
    if (wanted === false || wanted === null || wanted === undefined) {
      if (node.hasAttribute("data-" + name)) node.removeAttribute("data-" + name);
    } else if (node.getAttribute("data-" + name) !== String(wanted)) {
      node.setAttribute("data-" + name, wanted);
    }
  }
  function show(node, is) {
    if (node.hidden === is) node.hidden = !is;
  }

  // Named parts of a card: part(face, "head", () => make(...)) makes it once.
  function part(face, name, build) {
    const parts = (face.citywallParts ??= new Map());
    if (!parts.has(name)) {
      const node = build();
      parts.set(name, node);
      if (!node.isConnected && !node.parentNode) face.append(node);
    }
    return parts.get(name);
  }

  // Keyed rows: `ids` in order, build(id) once for each, fill(node, id) at each turn.
  function rows(parent, ids, build, fill) {
    const nodes = (parent.citywallRows ??= new Map());
    const wanted = new Set(ids);
    for (const [id, node] of nodes) {
      if (!wanted.has(id)) { node.remove(); nodes.delete(id); }
    }
    ids.forEach((id, place) => {
      let node = nodes.get(id);
      if (node === undefined) { node = build(id); nodes.set(id, node); }
      if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
      fill(node, id);
    });
  }

  // A button that orders: what it meant when the pointer went down is what is done (`node.citywallSpec` is what it
  // means now, fn(spec) does it), once however often it is clicked, and nothing without a session.
  function press(node, fn) {
    let held;
    node.addEventListener("pointerdown", () => { held = node.citywallSpec; });
    // It takes no focus: Space and Enter would press it again, with the words that stand on it by then.
    node.addEventListener("mousedown", (event) => { event.preventDefault(); leaveTyping(); });
    node.addEventListener("click", (event) => {
      if (event.detail > 1 || !window.citywall.orders.isLive()) return;
      fn(event.detail === 0 ? node.citywallSpec : held);
    });
    return node;
  }
  // Keys that come after a press are orders, no typing.
  function leaveTyping() {
    let active = /** @type {HTMLElement | null} */ (document.activeElement);
    while (active?.shadowRoot?.activeElement) active = /** @type {HTMLElement} */ (active.shadowRoot.activeElement);
    if (active?.matches("input, textarea, select")) active.blur();
  }

  // Marks of the map and the lists: form says it as well as colour.
  const SHAPES = {
    critical: ["M12 2 22 12 12 22 2 12Z", true], urgent: ["M12 3 22 21H2Z", true],
    normal: ["M12 4a8 8 0 1 0 .01 0Z", false],
    diamond: ["M12 2 22 12 12 22 2 12Z", true], triangle: ["M12 3 22 21H2Z", true],
    inverted_triangle: ["M12 21 2 3H22Z", true], square_pin: ["M4 3H20V17H15L12 22 9 17H4Z", true],
    square: ["M5 5H19V19H5Z", true], hexagon: ["M12 2 21 7V17L12 22 3 17V7Z", true], hollow: ["M12 4a8 8 0 1 0 .01 0ZM7 7 17 17M17 7 7 17", false],
    no_entry: ["M12 3a9 9 0 1 0 .01 0ZM5.8 18.2 18.2 5.8", false],
    late: ["M12 5a7 7 0 1 0 .01 0Z", false], lost: ["M5 5 19 19M19 5 5 19", false],
    chosen: ["M4 4H20V20H4ZM7.5 12.2 10.8 15.5 16.8 8.8", false],
    live: ["M12 8a4 4 0 1 0 .01 0Z", true],
  };
  function shape(kind, colour) {
    const [path, filled] = SHAPES[kind] ?? SHAPES.normal;
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "shape shape-" + (kind in SHAPES ? kind : "normal"));
    const drawn = document.createElementNS(SVG, "path");
    drawn.setAttribute("d", path);
    drawn.setAttribute(filled ? "fill" : "stroke", "currentColor");
    if (!filled) { drawn.setAttribute("fill", "none"); drawn.setAttribute("stroke-width", "2"); }
    if (typeof colour === "string" && /^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(colour)) svg.style.color = colour;
    svg.append(drawn);
    return svg;
  }
  function reshape(node, kind, colour) {
    const wanted = `${kind} ${colour ?? ""}`;
    if (node.citywallShape === wanted) return;
    node.citywallShape = wanted;
    node.replaceChildren(shape(kind, colour));
  }

  window.citywallMend = { make, text, mark, show, part, rows, press, shape, reshape };
})();
