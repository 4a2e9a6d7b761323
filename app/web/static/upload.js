// The CSV section of the page.

import { Batch } from "./batch.js";
import { commaToPoint, CsvError, CsvFile } from "./csv.js";
import { button, byId, element, showError } from "./dom.js";
import { isUnauthorized, requestKey } from "./key.js";
import { formatCount, formatPercent, label, parseNumber } from "./numbers.js";
import { Table } from "./table.js";

const SIZE_LIMIT = 10_000_000; // Bytes.
const DECISIONS = ["benign", "refer", "malignant"];
const CAPTION = "Rejected rows come first. Select a row to see its explanation. The probability is of malignancy.";

let features, openRow, file, batch, controller;

/** Accept CSV files; `onOpen` is called with the observation of a selected row. */
export function acceptCsvFiles(modelFeatures, onOpen) {
  [features, openRow] = [modelFeatures, onOpen];
  // So that the same file, once edited, can be chosen again.
  byId("file").addEventListener("click", ({ target }) => (target.value = ""));
  byId("file").addEventListener("change", ({ target }) => load(target.files[0]));
  byId("decimal").addEventListener("change", () => load(file));
  byId("cancel").addEventListener("click", () => (batch ? controller.abort() : remove()));
  byId("continue").addEventListener("click", score);
  byId("download").addEventListener("click", download);
  byId("remove").addEventListener("click", remove);
  // Anywhere on the page: a browser opens any other dropped file.
  for (const kind of ["dragover", "drop"])
    addEventListener(kind, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      load(event.dataTransfer.files[0]); // There is none before the drop.
    });
}

async function load(chosen) {
  if (!chosen) return;
  remove();
  file = chosen;
  const { signal } = (controller = new AbortController());
  try {
    if (file.size > SIZE_LIMIT)
      throw new CsvError("The file has more than 10 MB. Split it into several files.");
    showStatus(`Reading ${file.name} …`, true);
    const parsed = new Batch(new CsvFile(await decode(chosen), features));
    await parsed.parse(byId("decimal").value, signal);
    batch = parsed;
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof CsvError)) throw error;
    byId("batch").hidden = true;
    return fail(error.message);
  }
  await score();
}

async function decode(chosen) {
  try {
    const bytes = await chosen.arrayBuffer();
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new CsvError(
      error instanceof TypeError
        ? "The file is not UTF-8 text. In a spreadsheet, save it as “CSV UTF-8”."
        : "The browser can’t read the file. It may have been moved.");
  }
}

/** Score the remaining rows. After an error, keep the results and show the message. */
async function score() {
  const current = batch;
  const { signal } = (controller = new AbortController());
  byId("csv-error").replaceChildren();
  showProgress();
  try {
    await current.score(showProgress, signal);
  } catch (error) {
    if (current === batch && !signal.aborted)
      isUnauthorized(error) ? requestKey(error.message, score) : fail(error.message);
  }
  if (current === batch) showResults();
}

function showProgress() {
  byId("progress").max = batch.complete.length || 1;
  byId("progress").value = batch.done;
  showStatus(`${formatCount(batch.done)} of ${formatCount(batch.complete.length)} rows scored`, true);
}

function showResults() {
  const left = batch.complete.length - batch.done;
  const stopped = left && `stopped, with ${formatCount(left)} rows left.`;
  showStatus([`${file.name}:`, (batch.done || !left) && summary(), stopped].filter(Boolean).join(" "));
  byId("continue").hidden = !left;
  const rows = [...batch.ragged, ...batch.complete];
  new Table(byId("rows"), columns(), rows, { isRejected, caption: CAPTION });
}

function summary() {
  const { csv, complete, ragged, decimalComma } = batch;
  const predicted = complete.filter((row) => row.observation);
  const counts = DECISIONS.map((each) =>
    `${formatCount(predicted.filter((row) => row.decision === each).length)} ${each}`);
  const rejected = [...complete, ...ragged].filter(isRejected);
  const commas = !decimalComma && rejected.some((row) => csv.measurements(row).join("").includes(","));
  return `${formatCount(predicted.length + rejected.length)} rows: ${counts.join(", ")}, ${
    formatCount(rejected.length)} rejected.${
    commas ? " If the measurements have decimal commas, choose the comma above." : ""}`;
}

const isRejected = (row) => !row.observation && Boolean(row.notes);

function columns() {
  const { csv, decimalComma } = batch;
  const text = (n) => (row) => row.cells[n] ?? "";
  const value = (n) => (row) => {
    const number = parseNumber(decimalComma ? commaToPoint(text(n)(row)) : text(n)(row));
    return Number.isNaN(number) ? text(n)(row) : number;
  };
  const all = [
    { name: "Row", kind: "number", key: (row) => row.number, cell: numberCell },
    {
      name: "Decision", key: (row) => row.observation && DECISIONS.indexOf(row.decision),
      cell: decisionCell,
    },
    {
      name: "Probability", kind: "number", key: (row) => row.probability,
      cell: (row) => row.observation && formatPercent(row.probability),
    },
    { name: "To check", kind: "notes", key: (row) => row.notes || null, cell: (row) => row.notes },
    ...csv.columns.map((column, n) => ({
      name: label(features[n]), kind: "number", key: value(column), cell: text(column),
    })),
  ];
  // The first other column usually identifies the patient.
  const other = csv.header.cells.findIndex((_, n) => !csv.columns.includes(n));
  const first = { name: csv.header.cells[other] || "(unnamed)", key: text(other), cell: text(other) };
  return other < 0 ? all : all.toSpliced(1, 0, first);
}

function numberCell({ number, observation }) {
  const text = formatCount(number);
  const attributes = { "aria-label": `Show row ${number}` };
  return observation ? button(text, () => openRow(observation), attributes) : text;
}

function decisionCell(row) {
  if (row.observation) return element("span", { class: `tag ${row.decision}` }, row.decision);
  return isRejected(row) ? "rejected" : "not scored";
}

function download() {
  const lines = [...batch.csv.lines(batch.rows, (row) => row.output)];
  const url = URL.createObjectURL(new Blob(lines, { type: "text/csv" }));
  element("a", { href: url, download: file.name.replace(/(\.\w+)?$/, "-scored.csv") }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function showStatus(message, busy = false) {
  byId("batch").hidden = false;
  byId("status").textContent = message;
  for (const id of ["progress", "cancel"]) byId(id).hidden = !busy;
  for (const id of ["continue", "download", "remove"]) byId(id).hidden = busy;
}

const fail = (message) => showError(byId("csv-error"), message);

function remove() {
  controller?.abort();
  batch = file = null;
  byId("batch").hidden = true;
  for (const id of ["rows", "csv-error"]) byId(id).replaceChildren();
}
