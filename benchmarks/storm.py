"""Measures a press in the storm of calls (story M8): 412 reports within seconds, one desk in Chromium.

``row_p99_ms``: press on a row's button → the frame in which the row shows the order (performance.now in the
page). Of that, ``ours_p99_ms`` is what the page computed: the press itself and what else it did meanwhile
(long tasks); the rest is waiting for a core and a frame. ``answer_p99_ms``: press → the row shows the answer.
``fold_s``: the last report is sent → the desk shows the balance of all.
``python -m benchmarks.storm [--presses N | --quick] [--json]``.
"""

import argparse
import json
import time
from typing import Any

from benchmarks.cost import percentile
from tests.console.browser import chromium
from tests.invented import publish
from tests.people import story
from tests.stories.test_m8_four_hundred_calls import REPORTS, reports

# One press after the other on rows that offer 立案; each is pressed once.
PRESS = """async (count) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const cell = document.querySelector('[data-cell="desk_queue"]');
  const host = [...cell.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector("li"));
  const verb = (li) => li.querySelector("button.one")?.citywallSpec?.spec.verb;
  const told = [], pressed = new Set(), tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask" });
  const busy = (from, until) => tasks.reduce((sum, { startTime, duration }) =>
    sum + Math.max(0, Math.min(until, startTime + duration) - Math.max(from, startTime)), 0);
  while (told.length < count) {
    const rows = [...host.shadowRoot.querySelectorAll("li")];
    const row = rows.find((li) => !pressed.has(li.citywallMark) && verb(li) === "file");
    if (!row) break;
    pressed.add(row.citywallMark);
    const button = row.querySelector("button.one"), at = performance.now();
    button.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    button.click();
    const handled = performance.now();
    do await frame(); while (!row.hasAttribute("data-act"));
    const shown = performance.now();
    while (!["done", "refused", "lost"].includes(row.getAttribute("data-act"))) await frame();
    const answered = performance.now();
    await frame(); // the observer has heard of the tasks by now
    const ours = handled - at + busy(handled, shown);
    told.push([shown - at, answered - at, row.getAttribute("data-act"), ours]);
  }
  return told;
}"""


def measure(presses: int) -> dict[str, Any]:
    """Return the times of the presses, and how many were done."""
    with story() as cast, chromium() as browser:
        cast.set_city("2026-11-20T02:20")
        desk = cast.desk(browser, "chen")
        desk.wait_for_words("desk_queue", "待处置0")
        told = reports()
        for start in range(0, REPORTS, 40):
            publish(cast.running, "case", told[start : start + 40])
        sent = time.perf_counter()
        desk.wait("(n) => citywall.card('desk_queue').scalars.balance.reported === n", argument=REPORTS)
        fold_s = time.perf_counter() - sent
        found = desk.page.evaluate(PRESS, presses)
        desk.close()
    shown, answered, ours = ([one[place] for one in found] for place in (0, 1, 3))
    return {
        "presses": len(found), "done": sum(one[2] == "done" for one in found), "fold_s": round(fold_s, 2),
        "row_p50_ms": percentile(shown, 0.5), "row_p99_ms": percentile(shown, 0.99),
        "ours_p50_ms": percentile(ours, 0.5), "ours_p99_ms": percentile(ours, 0.99),
        "answer_p50_ms": percentile(answered, 0.5), "answer_p99_ms": percentile(answered, 0.99),
    }  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="20 presses")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(20 if given.quick else given.presses)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:16} {value}")


if __name__ == "__main__":
    main()
