// Keys of a page: a card registers what a key does. What is typed into a field stays there, but for function keys.
(function () {
  "use strict";
  const city = window.citywall, does = /** @type {Map<string, (event: KeyboardEvent) => void>} */ (new Map());
  const isField = (event) => event.composedPath()[0]?.matches?.("input, textarea, select, [contenteditable]");

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key, fn = does.get(key);
    if (!fn || (isField(event) && !/^F\d+$/.test(key))) return;
    event.preventDefault();
    fn(event);
  });

  city.keys = {
    on(key, fn) {
      does.set(key, fn);
      return () => does.delete(key);
    },
  };
})();
