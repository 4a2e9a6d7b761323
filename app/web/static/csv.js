// CSV files of scans, handled as `python -m app score` does: cells stay as they are, and output
// columns are added.

import { parseNumber } from "./numbers.js";

const DELIMITERS = [",", ";", "\t"];
const BYTE_ORDER_MARK = "\ufeff";
const OUTPUT_COLUMNS = ["prediction", "probability", "decision", "status", "reason"];
const RAGGED = ["", "", "", "400", "the row must have as many cells as the header"];
const UNSCORED = ["", "", "", "", "not scored"];

/** The file is not a CSV file of scans; the message says why. */
export class CsvError extends Error {}

/** A CSV file whose header names each feature once; its rows are parsed lazily. */
export class CsvFile {
  constructor(text, features) {
    this.features = features;
    this.mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
    this.delimiter = detectDelimiter(text.slice(this.mark.length), features);
    // Yields {cells, source, ending}; a blank line has no cells.
    this.rows = parseRows(text, this.mark.length, this.delimiter);
    this.header = this.rows.next().value ?? { cells: [], source: "", ending: "" };
    this.columns = findColumns(this.header.cells, features);
    this.ending = this.header.ending || "\n";
  }

  isComplete({ cells }) {
    return cells.length === this.header.cells.length;
  }

  /** Return the cells of a row's measurements, in feature order. */
  measurements({ cells }) {
    return this.columns.map((column) => cells[column]);
  }

  /** Return the observation of a row: no empty cells, and NaN for an invalid number. */
  observation(row, decimalComma) {
    const values = {};
    this.measurements(row).forEach((cell, n) => {
      const number = parseNumber(decimalComma ? commaToPoint(cell) : cell);
      if (cell.trim()) values[this.features[n].name] = number;
    });
    return values;
  }

  /** Yield the lines of the file with the cells of `output(row)` added. */
  *lines(rows, output) {
    yield this.mark + this.extended(this.header, OUTPUT_COLUMNS);
    for (const row of rows) {
      if (!row.cells.length) yield row.source + row.ending;
      else if (this.isComplete(row)) yield this.extended(row, output(row) ?? UNSCORED);
      else yield this.ragged(row);
    }
  }

  extended({ source, ending }, cells) {
    return source + this.join(["", ...cells]) + (ending || this.ending);
  }

  ragged({ cells, ending }) {
    const width = this.header.cells.length;
    const missing = Array(Math.max(width - cells.length, 0)).fill("");
    const row = [...cells.slice(0, width), ...missing, ...RAGGED, ...cells.slice(width)];
    return this.join(row) + (ending || this.ending);
  }

  join(cells) {
    const special = (cell) => cell.includes(this.delimiter) || /["\r\n]/.test(cell);
    const quote = (cell) => (special(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
    return cells.map(quote).join(this.delimiter);
  }
}

/** Replace the decimal comma by a point; a decimal point makes the number invalid. */
export const commaToPoint = (text) => text.replaceAll(".", "_").replaceAll(",", ".");

/** Yield the rows of a CSV. An unclosed quote is an error, as it would swallow rows. */
function* parseRows(text, start, delimiter) {
  let at = start;
  const atEnd = () => at >= text.length || text[at] === "\n" || text[at] === "\r";
  for (let number = 1; at < text.length; number += 1) {
    const [from, cells] = [at, []];
    do {
      if (cells.length) at += 1;
      const [cell, end] = text[at] === '"' ? parseQuoted(text, at, number) : [null, at];
      for (at = end; cell === null && !atEnd() && text[at] !== delimiter; ) at += 1;
      cells.push(cell ?? text.slice(end, at));
    } while (text[at] === delimiter);
    if (!atEnd()) throw new CsvError(`Row ${number} has text after a closing quote.`);
    const source = text.slice(from, at);
    const ending = text.startsWith("\r\n", at) ? "\r\n" : (text[at] ?? "");
    at += ending.length;
    yield { cells: source ? cells : [], source, ending };
  }
}

/** Return the cell whose quote opens at `open`, and the position after it. */
function parseQuoted(text, open, number) {
  const parts = [];
  for (let at = open + 1; ; at += 1) {
    const close = text.indexOf('"', at);
    if (close < 0) throw new CsvError(`Row ${number} has a quote that is not closed.`);
    parts.push(text.slice(at, close));
    at = close + 1;
    if (text[at] !== '"') return [parts.join('"'), at];
  }
}

/** Return the delimiter that finds the most features in the header, or else the first. */
function detectDelimiter(text, features) {
  const lines = text.split(/(?<=\n|\r(?!\n))/, 200);
  let header = lines[0];
  for (let n = 1; n < lines.length && (header.split('"').length - 1) % 2; n += 1) header += lines[n];
  const names = new Set(features.flatMap(({ name, column }) => [name, column]));
  const matches = (delimiter) =>
    header.split(delimiter).filter((cell) => names.has(cell.replace(/^[ "\r\n]+|[ "\r\n]+$/g, ""))).length;
  return DELIMITERS.reduce((best, each) => (matches(each) > matches(best) ? each : best));
}

/** Return the column number of each feature, in feature order. */
function findColumns(header, features) {
  const cells = header.map((cell) => cell.trim());
  const found = features.map(({ name, column }) =>
    cells.flatMap((cell, n) => (cell === name || cell === column ? [n] : [])));
  const columnsWhere = (test) => features.filter((_, n) => test(found[n])).map(({ column }) => column);
  const problems = [
    ["it already has output columns", OUTPUT_COLUMNS.filter((name) => cells.includes(name))],
    ["its header has no column for", columnsWhere(({ length }) => !length)],
    ["its header has more than one column for", columnsWhere(({ length }) => length > 1)],
  ];
  for (const [problem, names] of problems)
    if (names.length) throw new CsvError(`The file can’t be used: ${problem}: ${names.join(", ")}.`);
  return found.flat();
}
