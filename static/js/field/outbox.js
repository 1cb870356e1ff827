// The outbox: orders with photos, and all orders of the pages in the field. They are kept in the browser until they are
// answered, so that a page that is closed, or has no network, loses none. They are sent one after the other, in the order
// in which they were given, each under the command id of its press, however often; who is late says when it was done.
// Orders of another person stay where they are until that person is back.
(function () {
  "use strict";
  const city = window.citywall, { page } = city;
  const NAME = "citywall-agency", STORE = "unsent", RETRY_MS = [3000, 6000, 15000, 30000, 60000], SEND_MS = 90000;
  const LATE_MS = 60000, TOLD_MS = 8000;
  const OWN_TIME = new Set(["report"]); // has the time in its own arguments
  const AGAIN = new Set([401, 403, 408, 425, 429]); // the same order may be taken later
  const owner = page.person?.person_mark ?? "";
  let queue = /** @type {Unsent[]} */ ([]), others = 0, number = 0, tries = 0, isBusy = false, why = "";
  let timer = /** @type {number | undefined} */ (undefined);
  const told = /** @type {Map<string, Unsent>} */ (new Map()); // by subject: what was answered last, for a while
  const versions = /** @type {Map<string, number>} */ (new Map()), listeners = new Set();

  // ---- the browser's own store; without it an order is held in the page alone, which says so
  const asked = (/** @type {IDBRequest} */ request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  let opening = /** @type {Promise<IDBDatabase> | null} */ (null);
  function database() {
    opening ??= new Promise((done, failed) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => { request.result.createObjectStore(STORE, { keyPath: "id" }); };
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    return opening;
  }
  /** @param {"readonly" | "readwrite"} mode @param {(store: IDBObjectStore) => IDBRequest} work */
  async function inStore(mode, work) {
    const transaction = (await database()).transaction(STORE, mode, { durability: "strict" });
    const ended = new Promise((done, failed) => {
      transaction.oncomplete = () => done(undefined);
      transaction.onabort = transaction.onerror = () => failed(transaction.error);
    });
    const found = await asked(work(transaction.objectStore(STORE)));
    await ended;
    return found;
  }
  /** What is kept of an order. @param {Unsent} one */
  const kept = ({ id, owner, channel, scope, subject, envelope, files, born, no, at }) => ({ id, owner, channel, scope, subject, envelope, files, born, no, at });

  // ---- giving an order. States: pending, unsent (tried again), refused, done.
  const newId = () => crypto.getRandomValues(new Uint8Array(12)).reduce((text, n) => text + n.toString(16).padStart(2, "0"), "");
  /** @param {string} verb @param {string} subject @param {number} version @param {Record<string, any>} args @param {Record<string, Blob[]>} [files] */
  async function send(verb, subject, version, args, files = {}) {
    const id = newId(), born = Date.now(), now = city.city();
    const at = new Date(1000 * (Number.isFinite(now) ? now : born / 1000)).toISOString();
    const envelope = { command_id: id, verb, subject, version, args };
    const one = begun({ id, owner, channel: page.channel, scope: page.scope, subject, envelope, files, born, no: ++number, at });
    queue.push(one);
    told.delete(subject);
    changed();
    try {
      await inStore("readwrite", (store) => store.put(kept(one)));
      one.isKept = true;
    } catch (error) {
      console.info("citywall: not kept,", String(error));
    }
    await go();
  }
  /** @param {any} one @returns {Unsent} */
  const begun = (one) => Object.assign(one, { state: "pending", answer: null, why: "" });

  // ---- sending: the first of the queue, until there is none or one has to wait
  async function go() {
    if (isBusy) return;
    clearTimeout(timer);
    isBusy = true;
    try {
      while (queue.length > 0 && await post(queue[0])) tries = 0;
    } finally {
      isBusy = false;
    }
    changed();
  }
  /** Whether it was answered. @param {Unsent} one */
  async function post(one) {
    one.state = "pending";
    changed();
    try {
      const form = new FormData();
      form.append("act", JSON.stringify(timed(one)));
      for (const [name, photos] of Object.entries(one.files)) for (const photo of photos) form.append(name, photo, name);
      const reply = await fetch(`/evidence/${one.channel}/${one.scope}`, { method: "POST", body: form, signal: AbortSignal.timeout(SEND_MS) });
      if (reply.ok) return await answered(one, (await reply.json()).answer);
      if (reply.status >= 500 || AGAIN.has(reply.status)) return later(one, reply.status === 401 || reply.status === 403 ? "sign_in" : "");
      // It will never be taken: too large, or no form that we know.
      const names = { field: "photo", expected: String(reply.status) };
      return await answered(one, { command_id: one.id, refused: { code: "bad_args", key: reply.status === 413 ? "photos_too_large" : "order_field", reason: "", names } });
    } catch {
      return later(one, "");
    }
  }
  /** The envelope, with when it was done if that is some time ago. @param {Unsent} one */
  function timed({ envelope, born, at }) {
    if (Date.now() - born < LATE_MS) return envelope;
    return OWN_TIME.has(envelope.verb) ? { ...envelope, args: { at, ...envelope.args } } : { ...envelope, at };
  }
  /** @param {Unsent} one @param {Answer} answer */
  async function answered(one, answer) {
    // Nothing was decided, or nobody knows: the same id is asked again.
    if (answer.refused?.code === "read_only") return later(one, "");
    one.answer = answer;
    one.state = answer.done ? "done" : "refused";
    why = "";
    queue = queue.filter((other) => other !== one);
    told.set(one.subject, one);
    if (answer.done) {
      versions.set(one.subject, answer.done.version ?? 0);
      setTimeout(() => { if (told.get(one.subject) === one) { told.delete(one.subject); changed(); } }, TOLD_MS);
      await follow(one, answer.done.version ?? 0);
    }
    await inStore("readwrite", (store) => store.delete(one.id)).catch(() => {});
    return true;
  }
  // Further orders on the same thing were given at the version that this one has changed: they follow it.
  /** @param {Unsent} one @param {number} version */
  async function follow(one, version) {
    for (const other of queue) {
      if (other.subject !== one.subject || other.envelope.version !== one.envelope.version) continue;
      other.envelope = { ...other.envelope, version };
      await inStore("readwrite", (store) => store.put(kept(other))).catch(() => {});
    }
  }
  /** @param {Unsent} one @param {string} reason */
  function later(one, reason) {
    one.state = "unsent";
    one.why = why = reason;
    timer = setTimeout(go, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]);
    tries += 1;
    return false;
  }
  function changed() {
    for (const fn of listeners) fn();
  }
  function again() {
    clearTimeout(timer);
    return go();
  }

  // ---- what an earlier page left: of this person and kind of page, sent now; of others, left there
  async function restore() {
    const found = /** @type {any[]} */ (await inStore("readonly", (store) => store.getAll()).catch(() => []));
    // What a page of an earlier version kept named its task and had one kind of photo.
    const all = found.map((one) => ({ channel: "agency", no: 0, ...one, subject: one.envelope.subject, files: one.files ?? { photo: one.photos }, at: one.at ?? new Date(one.born).toISOString() }));
    others = all.filter((one) => one.owner !== owner).length;
    const own = all.filter((one) => owner !== "" && one.owner === owner && one.channel === page.channel);
    const isNew = (/** @type {Unsent} */ one) => !queue.some((other) => other.id === one.id);
    queue = [...own.filter(isNew).map((one) => Object.assign(begun(one), { isKept: true })), ...queue];
    queue.sort((one, other) => one.born - other.born || one.no - other.no);
    await go();
  }
  restore();
  addEventListener("online", again);
  addEventListener("beforeunload", (event) => {
    if (queue.some((one) => !one.isKept)) event.preventDefault();
  });

  city.outbox = {
    send, again,
    /** The newest order on a thing that waits or was refused; what is done is told by the channel. */
    of: (subject) => queue.findLast((one) => one.subject === subject) ?? (told.get(subject)?.state === "refused" ? told.get(subject) : undefined) ?? null,
    /** The version that one's own last order made; the channel may not have told it yet. */
    version: (subject) => versions.get(subject) ?? 0,
    /** Whether an order on a thing has just been done. */
    isDone: (subject) => told.get(subject)?.state === "done",
    photos: (one) => Object.values(one.files).flat().length,
    /** How many photos were not sent. */
    count: () => queue.reduce((count, one) => count + city.outbox.photos(one), 0),
    /** What was not sent, in the order in which it goes. */
    waiting: () => [...queue],
    /** How many orders of other persons this browser keeps. */
    others: () => others,
    isKept: () => queue.every((one) => one.isKept),
    isSignedOut: () => why === "sign_in",
    drop: (subject) => { if (told.get(subject)?.state === "refused") told.delete(subject); changed(); },
    on: (fn) => { listeners.add(fn); },
  };
})();
