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
    // Kept once it is on the disk: a browser that is killed a moment later still has it.
    put: async (name, value) => {
      const transaction = (await database()).transaction(STORE, "readwrite", { durability: "strict" });
      const ended = new Promise((done, failed) => {
        transaction.oncomplete = () => done(undefined);
        transaction.onabort = transaction.onerror = () => failed(transaction.error);
      });
      transaction.objectStore(STORE).put(value, name);
      await ended;
    },
  };
})();
