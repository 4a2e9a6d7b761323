// Scoring of a CSV file. Rows are parsed in slices, so the page stays responsive, and sent in
// chunks, so scoring can be cancelled and continued.

import { ApiError, post } from "./api.js";
import { formatFloat, parseMeasurement } from "./numbers.js";

const SLICE = 12; // Milliseconds.
const CHUNK = 500; // Rows.
const RETRY_DELAYS = [1000, 3000]; // Milliseconds.

export class Batch {
  constructor(csv) {
    this.csv = csv;
    this.rows = [];
    this.done = 0; // Scored rows of `complete`.
    this.chunk = CHUNK;
    this.model = null;
  }

  /** Parse all rows; `decimal` is "point", "comma", or "" to detect it. */
  async parse(decimal, signal) {
    let since = performance.now();
    for (const row of this.csv.rows) {
      this.rows.push(row);
      if (performance.now() - since < SLICE) continue;
      await pause(0, signal);
      since = performance.now();
    }
    this.rows.forEach((row, n) => (row.number = n + 2)); // As a spreadsheet counts.
    const filled = this.rows.filter((row) => row.cells.length);
    this.complete = filled.filter((row) => this.csv.isComplete(row));
    this.ragged = filled.filter((row) => !this.csv.isComplete(row));
    for (const row of this.ragged) row.notes = "The row must have as many cells as the header.";
    const hasComma = (row) => this.csv.measurements(row).join("").includes(",");
    this.decimalComma = decimal
      ? decimal === "comma"
      : this.csv.delimiter !== "," && this.complete.some(hasComma);
  }

  /** Score the remaining rows, and call `onProgress` after each chunk. */
  async score(onProgress, signal) {
    while (this.done < this.complete.length) {
      const rows = this.complete.slice(this.done, this.done + this.chunk);
      const sent = rows.map((row) => this.csv.observation(row, this.decimalComma));
      const results = await this.send(sent, signal);
      if (!results) continue;
      this.checkModel(results);
      rows.forEach((row, n) => this.store(row, sent[n], results[n]));
      this.done += rows.length;
      onProgress();
      await pause(0, signal);
    }
  }

  /** Return the results of a chunk, or null after reducing the chunk size. */
  async send(observations, signal) {
    for (const delay of [...RETRY_DELAYS, 0]) {
      try {
        return await post("explain/batch", observations, signal);
      } catch (error) {
        if (error.status === 413 && observations.length > 1) {
          this.chunk = Math.ceil(observations.length / 2);
          return null;
        }
        if (!delay || ![429, 503].includes(error.status)) throw error;
        await pause(delay, signal);
      }
    }
  }

  checkModel(results) {
    for (const { model } of results)
      if (model && model !== (this.model ??= model))
        throw new ApiError("The service’s model has changed. Choose the file again.");
  }

  store(row, observation, result) {
    const ok = result.status === "200";
    row.observation = ok ? observation : null;
    row.probability = result.probability;
    row.decision = result.decision;
    row.output = [
      String(result.prediction), ok ? formatFloat(result.probability) : "", result.decision ?? "",
      result.status, result.reason,
    ];
    row.notes = ok ? result.warnings.map(({ message }) => message).join(" ") : this.errors(row);
  }

  /** Describe what is wrong with each measurement of a rejected row. */
  errors(row) {
    const cells = this.csv.measurements(row);
    const [other, name] = this.decimalComma ? [".", "point"] : [",", "comma"];
    const messages = this.csv.features.map((feature, n) => {
      const { error } = cells[n].includes(other)
        ? { error: `This has a ${name}, which is not the file’s decimal separator.` }
        : parseMeasurement(cells[n], feature);
      return error && `${feature.column}: ${error[0].toLowerCase()}${error.slice(1)}`;
    });
    return messages.filter(Boolean).join(" ");
  }
}

/** Wait, or throw if `signal` is aborted. */
async function pause(milliseconds, signal) {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  signal?.throwIfAborted();
}
