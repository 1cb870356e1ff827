// Rows that the channel does not tell, asked for a page at a time, and asked again for as long as they are shown.
const ASK_EVERY_MS = 2000;

// `changed(isFirst)` is called when rows came or could not be had.
export function pagesOf(city, changed) {
  const { desk } = city, nothing = () => ({ order: [], rows: new Map(), total: 0, pages: 0 });
  let question = null, told = null, askedAt = -Infinity, isAsking = false, isFailed = false;

  // What is meant from here on: {filter, order, words}, null = nothing. The same again changes nothing.
  function want(next) {
    if (JSON.stringify(next) === JSON.stringify(question)) return;
    question = next;
    told = null;
    isFailed = false;
    askedAt = -Infinity;
    look();
  }
  // At every look of the card: so many pages, so much more seldom.
  function look() {
    if (performance.now() - askedAt >= ASK_EVERY_MS * Math.max(1, told?.pages ?? 1)) run(again);
  }
  function more() {
    if (told && !told.isEnd && !isFailed && told.order.length < told.total) run(onward);
  }
  async function run(gather) {
    if (isAsking || question === null || !desk.isLive()) return;
    const meant = question;
    isAsking = true;
    try {
      const found = await gather(meant);
      if (meant === question) accept(found);
    } catch { isFailed = meant === question; }
    isAsking = false;
    if (meant !== question) return look();
    changed(false);
  }
  function accept(found) {
    const isFirst = told === null;
    told = found;
    isFailed = false;
    if (isFirst) changed(true);
  }
  async function again(meant) {
    askedAt = performance.now();
    const found = nothing(), most = told?.pages ?? 1;
    while (await add(found, meant) && found.pages < most && found.order.length < found.total);
    return found;
  }
  async function onward(meant) {
    const found = { ...told, order: [...told.order], rows: new Map(told.rows) };
    found.isEnd = !await add(found, meant); // until it is asked again from the first page on
    return found;
  }
  // The page after the last row; of one that has left the list nothing comes after, and the first page comes again.
  async function add(found, meant) {
    const { rows, total } = await desk.ask("rows", { ...meant, after: found.order.at(-1) ?? null });
    if (rows.length > 0 && found.rows.has(rows[0][0])) return false;
    for (const [id, row] of rows) {
      if (!found.rows.has(id)) found.order.push(id);
      found.rows.set(id, row);
    }
    found.total = total;
    found.pages += 1;
    desk.know(rows);
    return rows.length > 0;
  }

  return {
    want, look, more,
    isAsked: () => question !== null,
    order: () => told?.order ?? null,
    row: (id) => told?.rows.get(id),
    has: (id) => told?.rows.has(id) ?? false,
    total: () => told?.total ?? null,
    isFailed: () => isFailed,
  };
}
