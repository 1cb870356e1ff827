// What a phone remembers for the page without network: whose page was open last, and when its server was last heard. In
// IndexedDB, which a browser that is killed keeps; localStorage would be written seconds later.
(function () {
  "use strict";
  const NAME = "citywall-phone", STORE = "told";
  let opening = /** @type {Promise<IDBDatabase> | null} */ (null);
  const asked = (/** @type {IDBRequest} */ request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  function database() {
    opening ??= new Promise((done, failed) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => { request.result.createObjectStore(STORE); };
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    return opening;
  }
  window.citywallPhone = {
    get: async (name) => asked((await database()).transaction(STORE).objectStore(STORE).get(name)).catch(() => undefined),
    put: async (name, value) => { await asked((await database()).transaction(STORE, "readwrite").objectStore(STORE).put(value, name)); },
  };
})();
