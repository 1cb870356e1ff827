// A roster's CSV as rows: RFC 4180 in UTF-8. Faults name row and column (the header is row 1).

/** @typedef {{ row: number, column: string, key: string, values: Record<string, any> }} Fault */

/** @param {ArrayBuffer} buffer @returns {{ rows: Record<string, string>[], errors: Fault[] }} */
export function rowsOfCsv(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { rows: [], errors: [notUtf8(bytes)] };
  }
  const [header = [], ...lines] = cellsOf(text).filter((cells) => cells.length > 1 || cells[0] !== "");
  const names = header.map((name) => name.trim()), errors = /** @type {Fault[]} */ ([]);
  if (!names.includes("role")) errors.push({ row: 1, column: "role", key: "no_header", values: {} });
  lines.forEach((cells, place) => {
    if (cells.length > names.length) errors.push({ row: place + 2, column: "", key: "too_many_cells", values: { n: cells.length, of: names.length } });
  });
  const rows = lines.map((cells) => Object.fromEntries(names.map((name, place) => [name, cells[place] ?? ""])));
  if (errors.length === 0 && rows.length === 0) errors.push({ row: 2, column: "", key: "no_rows", values: {} });
  return { rows, errors };
}

/** The first place that is no UTF-8. Chinese spreadsheets write GB18030. @param {Uint8Array} bytes @returns {Fault} */
function notUtf8(bytes) {
  let isGb = true;
  try {
    new TextDecoder("gb18030", { fatal: true }).decode(bytes);
  } catch {
    isGb = false;
  }
  let row = 1, start = 0, header = /** @type {string[]} */ ([]);
  for (let end = 0; end <= bytes.length; end += 1) {
    if (end < bytes.length && bytes[end] !== 10) continue;
    const line = bytes.subarray(start, end);
    try {
      const told = new TextDecoder("utf-8", { fatal: true }).decode(line);
      if (row === 1) header = told.trim().split(",");
    } catch {
      let column = 0;
      for (const cell of split(line)) {
        try {
          new TextDecoder("utf-8", { fatal: true }).decode(cell);
        } catch {
          break;
        }
        column += 1;
      }
      return { row, column: header[column] ?? String(column + 1), key: isGb ? "gb18030" : "not_utf8", values: {} };
    }
    row += 1;
    start = end + 1;
  }
  return { row: 1, column: "", key: "not_utf8", values: {} };
}
/** @param {Uint8Array} line */
function split(line) {
  const cells = [];
  let start = 0;
  line.forEach((byte, place) => {
    if (byte !== 44) return;
    cells.push(line.subarray(start, place));
    start = place + 1;
  });
  return [...cells, line.subarray(start)];
}

/** @param {string} text @returns {string[][]} */
function cellsOf(text) {
  const rows = /** @type {string[][]} */ ([[]]);
  let cell = "", isQuoted = false;
  const close = () => { rows[rows.length - 1].push(cell); cell = ""; };
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at];
    if (isQuoted) {
      if (one !== '"') cell += one;
      else if (text[at + 1] === '"') { cell += one; at += 1; }
      else isQuoted = false;
    } else if (one === '"' && cell === "") isQuoted = true;
    else if (one === ",") close();
    else if (one === "\n") { close(); rows.push([]); }
    else if (one !== "\r" || text[at + 1] !== "\n") cell += one;
  }
  close();
  return rows;
}
