// The part of the page for many scans: a CSV chosen or dropped, scored, shown and given back.

import { Batch } from "./batch.js";
import { button, byId, element, showFailure } from "./elements.js";
import { aboutKey, askForKey } from "./key.js";
import { count, label, percent, reading } from "./numbers.js";
import { pointed, Sheet, SheetUnreadable } from "./sheet.js";
import { Table } from "./table.js";

const LIMIT = 10_000_000; // Bytes.
const DECISIONS = ["benign", "refer", "malignant"];
const CAPTION = "Rows without an answer come first. Press a row to see why. The probability is of malignancy.";

let features, open, file, batch, stop;

/** Let CSV files in; `show` is called with the observation of a row that is to be shown. */
export function acceptSheets(described, show) {
  [features, open] = [described, show];
  // Or the same file, by now mended, could not be chosen again.
  byId("file").addEventListener("click", ({ target }) => (target.value = ""));
  byId("file").addEventListener("change", ({ target }) => take(target.files[0]));
  byId("sign").addEventListener("change", () => take(file));
  byId("cancel").addEventListener("click", () => (batch ? stop.abort() : remove()));
  byId("continue").addEventListener("click", run);
  byId("download").addEventListener("click", download);
  byId("remove").addEventListener("click", remove);
  // Anywhere: a browser would leave the page for a file that misses its place.
  for (const kind of ["dragover", "drop"])
    addEventListener(kind, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      take(event.dataTransfer.files[0]); // While it is dragged, there is none.
    });
}

async function take(chosen) {
  if (!chosen) return;
  remove();
  file = chosen;
  const { signal } = (stop = new AbortController());
  try {
    if (file.size > LIMIT)
      throw new SheetUnreadable("The file has more than 10 MB. Split it into several.");
    say(`Reading ${file.name} …`, true);
    const read = new Batch(new Sheet(await decoded(chosen), features));
    await read.read(byId("sign").value, signal);
    batch = read;
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof SheetUnreadable)) throw error;
    byId("work").hidden = true;
    return fail(error.message);
  }
  await run();
}

async function decoded(chosen) {
  try {
    const bytes = await chosen.arrayBuffer();
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new SheetUnreadable(
      error instanceof TypeError
        ? "The file is not UTF-8 text. In a spreadsheet, save it as “CSV UTF-8”."
        : "The browser can’t read the file. It may have been moved.");
  }
}

/** Score what is left of the batch; where that fails, keep what there is and say why. */
async function run() {
  const running = batch;
  const { signal } = (stop = new AbortController());
  byId("sheet-failure").replaceChildren();
  progress();
  try {
    await running.score(progress, signal);
  } catch (error) {
    if (running === batch && !signal.aborted)
      aboutKey(error) ? askForKey(error.message, run) : fail(error.message);
  }
  if (running === batch) finish();
}

function progress() {
  byId("progress").max = batch.scans.length || 1;
  byId("progress").value = batch.done;
  say(`${count(batch.done)} of ${count(batch.scans.length)} rows scored`, true);
}

function finish() {
  const left = batch.scans.length - batch.done;
  const stopped = left && `stopped, with ${count(left)} rows left.`;
  say([`${file.name}:`, (batch.done || !left) && summary(), stopped].filter(Boolean).join(" "));
  byId("continue").hidden = !left;
  new Table(byId("rows"), columns(), [...batch.ragged, ...batch.scans], { bad, caption: CAPTION });
}

function summary() {
  const good = batch.scans.filter((row) => row.sent);
  const parts = DECISIONS.map((each) =>
    `${count(good.filter((row) => row.decision === each).length)} ${each}`);
  const without = [...batch.scans, ...batch.ragged].filter(bad);
  const commas = !batch.comma && without.some((row) => batch.sheet.measured(row).join("").includes(","));
  return `${count(good.length + without.length)} rows: ${parts.join(", ")}, ${
    count(without.length)} without an answer.${
    commas ? " Where a measurement has a comma that is the decimal sign, choose it above." : ""}`;
}

const bad = (row) => !row.sent && Boolean(row.notes);

function columns() {
  const { sheet, comma } = batch;
  const other = sheet.header.cells.findIndex((_, n) => !sheet.columns.includes(n));
  const text = (n) => (row) => row.cells[n] ?? "";
  const value = (n) => (row) => {
    const number = reading(comma ? pointed(text(n)(row)) : text(n)(row));
    return Number.isNaN(number) ? text(n)(row) : number;
  };
  const found = [
    { name: "Row", kind: "number", key: (row) => row.number, cell: rowNumber },
    { name: "Decision", key: (row) => row.sent && DECISIONS.indexOf(row.decision), cell: decision },
    {
      name: "Probability", kind: "number", key: (row) => row.probability,
      cell: (row) => row.sent && percent(row.probability),
    },
    { name: "To check", kind: "words", key: (row) => row.notes || null, cell: (row) => row.notes },
    ...sheet.columns.map((column, n) => ({
      name: label(features[n]), kind: "number", key: value(column), cell: text(column),
    })),
  ];
  // So that a person knows whose row it is.
  const first = { name: sheet.header.cells[other] || "(unnamed)", key: text(other), cell: text(other) };
  return other < 0 ? found : found.toSpliced(1, 0, first);
}

function rowNumber({ number, sent }) {
  const shown = { "aria-label": `Show row ${number}` };
  return sent ? button(count(number), () => open(sent), shown) : count(number);
}

function decision(row) {
  if (row.sent) return element("span", { class: `tag ${row.decision}` }, row.decision);
  return bad(row) ? "refused" : "not scored";
}

/** Give the file back with the columns added. Its own cells stay as they are. */
function download() {
  const lines = [...batch.sheet.lines(batch.rows, (row) => row.answer)];
  const address = URL.createObjectURL(new Blob(lines, { type: "text/csv" }));
  element("a", { href: address, download: file.name.replace(/(\.\w+)?$/, "-scored.csv") }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function say(words, working = false) {
  byId("work").hidden = false;
  byId("state").textContent = words;
  for (const id of ["progress", "cancel"]) byId(id).hidden = !working;
  for (const id of ["continue", "download", "remove"]) byId(id).hidden = working;
}

const fail = (words) => showFailure(byId("sheet-failure"), words);

function remove() {
  stop?.abort();
  batch = file = null;
  byId("work").hidden = true;
  for (const id of ["rows", "sheet-failure"]) byId(id).replaceChildren();
}
