// What cannot be read or pressed on a page as it stands, in words: see tests/legible.py.
({ contrastLeast, fontLeast, targetLeast, excused }) => {
  const LEAVE = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "TITLE", "OPTION"]);
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const pathOf = (element) => { const path = []; for (let one = element; one; one = parentOf(one)) path.push(one); return path; };
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  function* elements(root) {
    for (const one of root.querySelectorAll("*")) {
      if (LEAVE.has(one.tagName)) continue;
      yield one;
      if (one.shadowRoot) yield* elements(one.shadowRoot);
    }
  }
  // The part of a box that its ancestors let through; `cut` = it loses words that no scroll brings back.
  function shown(box, path) {
    let { left, right, top, bottom } = box, cut = "";
    for (const one of path) {
      if (one === document.body || one === document.documentElement) break;
      const style = getComputedStyle(one);
      const clips = (value) => value !== "visible";
      if (clips(style.overflowX) || clips(style.overflowY)) {
        const at = one.getBoundingClientRect(), scale = one.offsetWidth > 0 ? at.width / one.offsetWidth : 1;
        const rolls = (value) => ["auto", "scroll"].includes(value);
        if (clips(style.overflowX)) {
          if (!rolls(style.overflowX) && (right > at.right + 1.5 * scale || left < at.left - 1.5 * scale)) cut ||= "width";
          left = Math.max(left, at.left); right = Math.min(right, at.right);
        }
        if (clips(style.overflowY)) {
          const over = Math.max(bottom - at.bottom, at.top - top), line = bottom - top;
          if (!rolls(style.overflowY) && over > line * 0.3) cut ||= "height";
          top = Math.max(top, at.top); bottom = Math.min(bottom, at.bottom);
        }
        if (right <= left || bottom <= top) return { cut, box: null };
      }
      if (style.position === "fixed") break;
    }
    return { cut, box: { left, right, top, bottom } };
  }
  function texts() {
    const found = [];
    for (const element of elements(document)) {
      if (!seen(element)) continue;
      for (const node of element.childNodes) {
        if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const lines = [...range.getClientRects()].filter((box) => box.width > 0.5 && box.height > 0.5);
        if (lines.length) found.push({ element, words: node.data.trim().replaceAll(/\s+/g, " "), lines, path: pathOf(element) });
      }
    }
    return found;
  }
  const named = ({ element, words, path }) => {
    const cell = path.map((one) => one.dataset?.cell).find(Boolean) ?? "";
    return `${cell} ${element.tagName.toLowerCase()}.${element.className?.baseVal ?? element.className} «${words.slice(0, 60)}»`;
  };
  // sRGB of "rgb(…)", "rgba(…)" and "color(srgb …)".
  const colour = (text) => {
    const numbers = text.match(/-?[\d.]+(e-?\d+)?/g)?.map(Number) ?? [0, 0, 0, 0];
    const [r, g, b, a = 1] = text.startsWith("color(") ? [...numbers.slice(0, 3).map((n) => n * 255), numbers[3]] : numbers;
    return [r, g, b, a ?? 1];
  };
  const over = ([r, g, b, a], [r2, g2, b2]) => [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1];
  const light = ([r, g, b]) => [r, g, b].map((n) => n / 255)
    .map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4))
    .reduce((sum, n, at) => sum + n * [0.2126, 0.7152, 0.0722][at], 0);
  function contrast(element, path) {
    const grounds = [];
    let fade = 1;
    for (const one of path) {
      const style = getComputedStyle(one), ground = colour(style.backgroundColor);
      fade *= parseFloat(style.opacity);
      const stops = style.backgroundImage.match(/(rgba?|color)\([^()]*\)/g);
      if (style.backgroundImage !== "none" && stops) grounds.push(stops.map(colour));
      if (ground[3] > 0) grounds.push([ground]);
      if (ground[3] === 1) break;
    }
    // Every colour of a gradient may lie behind the word: the worst counts.
    let behind = [[11, 16, 23, 1]];
    for (const layer of grounds.reverse()) behind = layer.flatMap((one) => behind.map((below) => over(one, below)));
    const own = colour(getComputedStyle(element).color);
    return Math.min(...behind.map((ground) => {
      const text = over([own[0], own[1], own[2], own[3] * fade], ground), [a, b] = [light(text), light(ground)];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }));
  }

  const found = [], kept = [], all = texts();
  const isExcused = (text) => excused.some((one) => text.path.some((node) => node.matches?.(one)));
  for (const text of all) {
    if (isExcused(text)) continue;
    const parts = text.lines.map((line) => shown(line, text.path));
    const cut = parts.map((part) => part.cut).find(Boolean);
    if (cut) found.push(`cut (${cut}): ${named(text)}`);
    const boxes = parts.map((part) => part.box).filter(Boolean);
    if (!boxes.length) continue;
    for (const box of boxes) {
      if (box.right > innerWidth + 1 || box.left < -1) { found.push(`outside the page: ${named(text)}`); break; }
    }
    kept.push({ text, boxes });
    const size = parseFloat(getComputedStyle(text.element).fontSize);
    if (size < fontLeast - 0.01) found.push(`small (${size} px): ${named(text)}`);
    const ratio = contrast(text.element, text.path);
    const isOff = text.path.some((one) => one.disabled || one.ariaDisabled === "true");
    if (!isOff && ratio < contrastLeast - 0.005) found.push(`pale (${ratio.toFixed(2)}): ${named(text)}`);
  }
  // The box of a line is higher than its letters: only the middle of a line must be free.
  const middle = ({ top, bottom }) => [top + (bottom - top) * 0.25, bottom - (bottom - top) * 0.2];
  for (const [at, one] of kept.entries()) for (const two of kept.slice(at + 1)) {
    const covers = one.boxes.some((a) => two.boxes.some((b) => {
      const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const [top, bottom] = middle(a), [top2, bottom2] = middle(b);
      return width > 1.5 && Math.min(bottom, bottom2) - Math.max(top, top2) > 1.5;
    }));
    if (covers) found.push(`covered: ${named(one.text)} by ${named(two.text)}`);
  }
  if (targetLeast > 0) for (const one of elements(document)) {
    if (!one.matches("button, a[href], input, select, textarea, summary, [role=button], [role=switch]") || !seen(one)) continue;
    if (one.matches("input[type=file], input[type=hidden]") || one.disabled) continue;
    const pressed = one.matches("input[type=checkbox], input[type=radio]") ? one.closest("label") ?? one : one;
    const box = pressed.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (Math.min(box.width, box.height) < targetLeast - 0.5) {
      const words = one.textContent.trim() || one.placeholder || one.ariaLabel || one.type || "";
      found.push(`target (${box.width.toFixed(0)} × ${box.height.toFixed(0)}): ${named({ element: one, words, path: pathOf(one) })}`);
    }
  }
  return [...new Set(found)];
}
