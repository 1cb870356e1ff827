// The frames of the map's layers: binary columns straight into the Bokeh sources, without a message to the server.
(function () {
  "use strict";
  const ARRAYS = { float64: Float64Array, float32: Float32Array, int32: Int32Array, uint8: Uint8Array };
  const PREFIXES = ["layer", "inset", "beside"], KEPT_MS = 10000, HELD_MS = 500;
  const NO_PICTURE = /** @type {PictureRows} */ ({ url: [], x: [], y: [], w: [], h: [] });

  /** @param {(key: string) => void} tell */
  window.citywallFrames = function (tell) {
    const frames = /** @type {Map<string, Frame>} */ (new Map()); // by the layer's key
    let isBuilt = false; // whether the figures are there, which frames are drawn into

    /** @param {ArrayBuffer} buffer */
    function take(buffer) {
      const length = new DataView(buffer).getUint32(0, true);
      const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
      const start = 4 + length, data = {};
      let image = /** @type {Blob | null} */ (null);
      for (const column of head.columns) {
        if (column.list) data[column.name] = column.list;
        else if (column.bytes !== undefined) image = new Blob([new Uint8Array(buffer, start + column.offset, column.bytes)], { type: "image/png" });
        else data[column.name] = new ARRAYS[column.dtype](buffer.slice(start + column.offset, start + column.offset + column.length * ARRAYS[column.dtype].BYTES_PER_ELEMENT));
      }
      const before = frames.get(head.frame);
      if (head.same) { // unchanged: only its age is told
        if (before) before.as_of = head.as_of;
        return;
      }
      const frame = { as_of: head.as_of, meta: head.meta ?? {}, data, image, count: (before?.count ?? 0) + 1, drawn: false, url: before?.url };
      frames.set(head.frame, frame);
      draw(head.frame, frame);
      tell("frame:" + head.frame);
    }

    // Pictures are decoded before they are swapped in, so that the map never blanks. Bokeh paints the whole map for
    // whatever changed in it: frames that come while a picture is being decoded are shown together with it.
    const waiting = /** @type {Map<string, Frame>} */ (new Map());
    let decoding = 0;
    /** @param {string} url */
    async function decode(url) {
      const picture = new Image();
      let isCounted = true;
      const done = () => {
        if (isCounted && --decoding === 0) showAll();
        isCounted = false;
      };
      decoding++;
      picture.crossOrigin = "anonymous"; // as Bokeh asks for it: it finds this one, and need not paint again
      picture.src = url;
      const late = setTimeout(done, HELD_MS); // the others do not wait for a browser that decodes nothing now
      try { await picture.decode(); return true; } catch { return false; } finally { clearTimeout(late); done(); }
    }
    /** @param {string} key @param {Frame} frame */
    async function draw(key, frame) {
      if (frame.image && frame.meta.image) {
        const url = URL.createObjectURL(frame.image), old = frame.url, { x, y, w, h } = frame.meta.image;
        const isNewest = () => frames.get(key) === frame;
        if (!await decode(url) || !isNewest()) { URL.revokeObjectURL(url); return; } // a newer frame wins
        const shown = { url: [url], x: [x], y: [y], w: [w], h: [h] };
        if (Object.keys(frame.data).length === 0) frame.data = shown;
        else { // marks, and a picture of the others: both are of one moment, and are shown together
          frame.picture = shown;
          await window.citywall.manyMarks?.fit(key, frame);
          if (!isNewest()) { URL.revokeObjectURL(url); return; }
        }
        frame.url = url;
        frame.image = null;
        if (old) setTimeout(() => URL.revokeObjectURL(old), KEPT_MS);
      }
      if (frame.image || !isBuilt) return;
      waiting.set(key, frame);
      if (decoding === 0) showAll();
    }
    function showAll() {
      const ready = [...waiting];
      waiting.clear();
      for (const [key, frame] of ready) if (frames.get(key) === frame) show(key, frame);
    }
    /** @param {string} key @param {Frame} frame */
    function show(key, frame) {
      for (const prefix of PREFIXES) for (const bokeh of window.Bokeh?.documents ?? []) {
        const name = `${prefix}:${key}`, source = bokeh.get_model_by_name(name);
        if (!source) continue;
        frame.drawn = true;
        if (window.citywall.holds?.(name)) continue; // other views have tiles
        source.setv({ data: frame.data }, { sync: false, check_eq: false });
        const pictures = bokeh.get_model_by_name(`${name}:picture`), shown = frame.pictures?.[prefix] ?? frame.picture ?? NO_PICTURE;
        if (pictures && (frame.picture || pictures.data.url.length > 0)) pictures.setv({ data: shown }, { sync: false, check_eq: false });
      }
    }
    function redraw() {
      for (const [key, frame] of frames) if (!frame.drawn && !frame.image) draw(key, frame);
    }
    // Cards and figures are the same on every page of a kind: made here from text, no session has them.
    // While Bokeh builds the views, it has the sources already, but nobody hears a source that changes: a frame waits.
    async function makeParts() {
      const parts = JSON.parse(document.getElementById("citywall-parts")?.textContent ?? "null");
      isBuilt = parts === null;
      if (parts) await window.Bokeh.embed.embed_items(parts.docs, parts.items);
      isBuilt = true;
      redraw();
    }

    return { all: frames, take, redraw, makeParts };
  };
})();
