// Every card's component: it hands its element to the mender of its card and to the live bus.
/** @param {Component} component */
export function render({ model, el }) {
  const city = window.citywall;
  const root = /** @type {ShadowRoot} */ (el.getRootNode());
  if (root.adoptedStyleSheets) root.adoptedStyleSheets = [...root.adoptedStyleSheets, city.sheet];
  const face = city.mend.make("section", `card card-${model.card}`);
  const nothing = { as_of: null, scalars: {}, order: [], rows: new Map() };
  let off = () => {};
  import(new URL(model.module, document.baseURI).href)
    .then(({ mend }) => { off = city.on(model.card, (view) => mend(face, view ?? nothing, city)); })
    .catch((error) => city.broken(model.card, error));
  model.on("remove", () => off());
  return face;
}
