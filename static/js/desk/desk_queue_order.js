// Which rows of those that the channel told stand in the desk's queue, and in which order.
export const FILTERS = ["all", "risk", "critical", "mine", "overdue", "reported", "ruling"], WAITING = ["contact", "call_back"], ORDERS = ["left", "urgency", "newest"];
const URGENCIES = { critical: 0, urgent: 1, normal: 2 };

// `view`: the card's; the ids, first to last. `personMark` is that of the page's person.
export function chosenOf(city, view, { filter, order, personMark }) {
  const due = city.rows.until, now = city.city();
  const IS = {
    all: () => true, risk: (row) => row.hazard || row.urgency !== "normal", critical: (row) => row.urgency === "critical", mine: (row) => row.acted_by?.includes(personMark),
    overdue: (row) => row.due_at !== null && row.due_at < now, ruling: (row) => row.state === "ruling",
    reported: (row) => row.state === "reported" || row.state === "verifying",
  };
  const left = (row) => due(row) ?? (row.urgency === "critical" ? -Infinity : Infinity);
  const RANK = {
    urgency: (row) => [URGENCIES[row.urgency] ?? 2, left(row), row.at],
    newest: (row) => [-row.at, 0, 0],
  };
  const chosen = view.order.filter((id) => IS[filter](view.rows.get(id)));
  // As the channel tells them they stand by the time that is left.
  if (order === "left") return chosen;
  return chosen.map((id) => [RANK[order](view.rows.get(id)), id]).sort((a, b) => compare(a[0], b[0])).map(([, id]) => id);
}

// Numbers, smallest first.
function compare(a, b) {
  for (let place = 0; place < a.length; place++) if (a[place] !== b[place]) return a[place] < b[place] ? -1 : 1;
  return 0;
}
