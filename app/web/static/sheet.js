// A CSV of scans, read and written as `python -m app score` does it: what was read stays as it
// was, character for character, with the answer behind it.

import { reading } from "./numbers.js";

const DELIMITERS = [",", ";", "\t"];
const MARK = "\ufeff";
const HEADINGS = ["prediction", "probability", "decision", "status", "reason"];
const RAGGED = ["", "", "", "400", "the row must have as many cells as the header"];
const UNSCORED = ["", "", "", "", "not scored"];

/** The file isn't a table of scans; the message says why. */
export class SheetUnreadable extends Error {}

/** A CSV of which the header has been read, and the rows have not. */
export class Sheet {
  /** Read the header of `text`, which has to name each of `features` once. */
  constructor(text, features) {
    this.features = features;
    this.mark = text.startsWith(MARK) ? MARK : "";
    this.delimiter = delimiter(text.slice(this.mark.length), features);
    // Yields {cells, written, ending}; the cells of a blank line are none.
    this.rows = records(text, this.mark.length, this.delimiter);
    this.header = this.rows.next().value ?? { cells: [], written: "", ending: "" };
    this.columns = columns(this.header.cells, features);
    this.ending = this.header.ending || "\n";
  }

  whole({ cells }) {
    return cells.length === this.header.cells.length;
  }

  /** Return the texts of a row's measurements, in the order of the features. */
  measured({ cells }) {
    return this.columns.map((column) => cells[column]);
  }

  /** Return what is sent for a row: nothing for an empty cell, null for what is no number. */
  observation(row, comma) {
    const sent = {};
    this.measured(row).forEach((text, n) => {
      if (text.trim()) sent[this.features[n].name] = reading(comma ? pointed(text) : text);
    });
    return sent;
  }

  /** Return the whole file, with `answer(row)` behind each row. */
  *lines(rows, answer) {
    yield this.mark + this.beside(this.header, HEADINGS);
    for (const row of rows) {
      if (!row.cells.length) yield row.written + row.ending;
      else if (this.whole(row)) yield this.beside(row, answer(row) ?? UNSCORED);
      else yield this.ragged(row);
    }
  }

  beside({ written, ending }, answer) {
    return written + this.joined(["", ...answer]) + (ending || this.ending);
  }

  ragged({ cells, ending }) {
    const width = this.header.cells.length;
    const missing = Array(Math.max(width - cells.length, 0)).fill("");
    const row = [...cells.slice(0, width), ...missing, ...RAGGED, ...cells.slice(width)];
    return this.joined(row) + (ending || this.ending);
  }

  joined(cells) {
    const special = (cell) => cell.includes(this.delimiter) || /["\r\n]/.test(cell);
    const safe = (cell) => (special(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
    return cells.map(safe).join(this.delimiter);
  }
}

/** Return a number with a decimal comma as one with a point; one with a point as none. */
export const pointed = (text) => text.replaceAll(".", "_").replaceAll(",", ".");

/** Yield the records of a CSV. Strict: a quote that nothing closes would swallow rows. */
function* records(text, start, sign) {
  let at = start;
  const ends = () => at >= text.length || text[at] === "\n" || text[at] === "\r";
  for (let number = 1; at < text.length; number += 1) {
    const [from, cells] = [at, []];
    do {
      if (cells.length) at += 1;
      const [cell, end] = text[at] === '"' ? quoted(text, at, number) : [null, at];
      for (at = end; cell === null && !ends() && text[at] !== sign; ) at += 1;
      cells.push(cell ?? text.slice(end, at));
    } while (text[at] === sign);
    if (!ends()) throw new SheetUnreadable(`In row ${number} something stands behind a closing quote.`);
    const written = text.slice(from, at);
    const ending = text.startsWith("\r\n", at) ? "\r\n" : (text[at] ?? "");
    at += ending.length;
    yield { cells: written ? cells : [], written, ending };
  }
}

/** Return what is in the quotes that open here, and the place behind them. */
function quoted(text, open, number) {
  const pieces = [];
  for (let at = open + 1; ; at += 1) {
    const close = text.indexOf('"', at);
    if (close < 0) throw new SheetUnreadable(`In row ${number} a quote is opened and never closed.`);
    pieces.push(text.slice(at, close));
    at = close + 1;
    if (text[at] !== '"') return [pieces.join('"'), at];
  }
}

/** Return the delimiter with which most measurements are in the header, of equals the first. */
function delimiter(text, features) {
  const lines = text.split(/(?<=\n|\r(?!\n))/, 200);
  let head = lines[0];
  for (let n = 1; n < lines.length && (head.split('"').length - 1) % 2; n += 1) head += lines[n];
  const names = new Set(features.flatMap(({ name, column }) => [name, column]));
  const named = (sign) =>
    head.split(sign).filter((cell) => names.has(cell.replace(/^[ "\r\n]+|[ "\r\n]+$/g, ""))).length;
  return DELIMITERS.reduce((best, sign) => (named(sign) > named(best) ? sign : best));
}

/** Return in which columns the measurements are, in the order of the features. */
function columns(header, features) {
  const cells = header.map((cell) => cell.trim());
  const found = features.map(({ name, column }) =>
    cells.flatMap((cell, n) => (cell === name || cell === column ? [n] : [])));
  const named = (fits) => features.filter((_, n) => fits(found[n])).map(({ column }) => column);
  const wrong = [
    ["it has columns for an answer already", HEADINGS.filter((name) => cells.includes(name))],
    ["its header has no column for", named(({ length }) => !length)],
    ["its header has more than one column for", named(({ length }) => length > 1)],
  ];
  for (const [words, names] of wrong)
    if (names.length) throw new SheetUnreadable(`The file can’t be used: ${words}: ${names.join(", ")}.`);
  return found.flat();
}
