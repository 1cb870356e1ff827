// Draws one card in two ways, block by block, ten times a second. Run by benchmarks/draw.py, which measures the cost.
const ROWS = 200, EVERY_MS = 100, TALL_PX = 4000;

// The views of a workload, turn after turn; each turn advances the city's clock by a second.
const WORK = {
  quiet: { turn: () => "live" },
  ages: { turn: () => "late" },
  // Ten rows change from late to live and back, and therefore move to the end or to the front.
  moves: { turn: (row, turn) => ((row + turn) % (ROWS / 10) === 0 ? "live" : "late"), sorted: true },
};
const RANK = { lost: 0, late: 1, live: 2 };

function viewOf(work, now, turn) {
  const rows = new Map();
  for (let row = 0; row < ROWS; row += 1) {
    rows.set(`source-${String(row).padStart(3, "0")}`, { freshness: work.turn(row, turn), heard_at: now - 10 - row, skew_s: 0 });
  }
  const order = [...rows.keys()];
  if (work.sorted) order.sort((a, b) => RANK[rows.get(a).freshness] - RANK[rows.get(b).freshness] || (a < b ? -1 : 1));
  return { as_of: now, scalars: {}, order, rows };
}

function place(name) {
  const host = document.createElement("div"), root = host.attachShadow({ mode: "open" });
  host.style.cssText = `position:absolute;left:0;top:0;width:600px;height:${TALL_PX}px;background:#0b1017`;
  root.adoptedStyleSheets = [window.citywall.sheet];
  const face = document.createElement("section");
  face.className = "card card-sources";
  face.style.height = `${TALL_PX}px`;
  root.append(face);
  document.body.append(host);
  return { name, face, host };
}

// One place for each way; `prepare` makes the views of a block, `draw` draws them one by one.
export function stage(ways) {
  const now = window.citywall.machine(), views = [];
  let turn = 0, passed = 0;
  const city = { ...window.citywall, machine: () => now + passed };
  const places = Object.fromEntries(Object.entries(ways).map(([name, mend]) => [name, { ...place(name), mend }]));
  const rowsOf = ({ face }) => [...face.querySelectorAll("li")];
  return {
    prepare(kind, draws) {
      for (let draw = 0; draw < draws; draw += 1) views.push([turn, viewOf(WORK[kind], now, turn++)]);
    },
    // Returns the number of draws, of rows that kept their node, and the layout shift of the page.
    async draw(name) {
      const { face, mend, host } = places[name], draws = views.length, before = new Set(rowsOf(places[name]));
      let shifts = 0;
      const seen = new PerformanceObserver((list) => { for (const entry of list.getEntries()) shifts += entry.value; });
      host.style.display = "";
      seen.observe({ type: "layout-shift" });
      for (let view; (view = views.shift());) {
        passed = view[0];
        mend(face, view[1], city);
        face.getBoundingClientRect(); // the layout is part of a draw
        await new Promise((done) => setTimeout(done, EVERY_MS));
      }
      seen.disconnect();
      const rows = rowsOf(places[name]);
      host.style.display = "none";
      return { draws, kept: rows.filter((node) => before.has(node)).length, shifts };
    },
    // Whether all ways show the same content for one view.
    isSame(kind) {
      const view = viewOf(WORK[kind], now, (passed = turn++));
      const told = Object.values(places).map((one) => {
        one.host.style.display = "";
        one.mend(one.face, view, city);
        one.host.style.display = "none";
        return rowsOf(one).map((node) => `${node.dataset.freshness} ${node.textContent}`).join("\n");
      });
      return new Set(told).size === 1 && told[0].split("\n").length === ROWS;
    },
  };
}
