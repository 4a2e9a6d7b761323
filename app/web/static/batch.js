// Scoring a sheet: read in slices, so that the page goes on answering; sent in pieces, so that it
// can be stopped and continued.

import { exact, typed } from "./numbers.js";
import { Failure, post } from "./service.js";

const SLICE = 12; // Milliseconds of work between two looks at what the user does.
const PIECE = 500; // Rows.
const WAITS = [1000, 3000]; // Milliseconds until a busy service is asked again.

/** The rows of a sheet, and how far they are scored. */
export class Batch {
  constructor(sheet) {
    this.sheet = sheet;
    this.rows = [];
    this.done = 0; // Of `scans`.
    this.piece = PIECE;
    this.model = null;
  }

  /** Read all rows; `sign` is "point", "comma" or nothing, which the file then decides. */
  async read(sign, signal) {
    let since = performance.now();
    for (const row of this.sheet.rows) {
      this.rows.push(row);
      if (performance.now() - since < SLICE) continue;
      await pause(0, signal);
      since = performance.now();
    }
    this.rows.forEach((row, n) => (row.number = n + 2)); // As a spreadsheet counts.
    const cells = this.rows.filter((row) => row.cells.length);
    this.scans = cells.filter((row) => this.sheet.whole(row));
    this.ragged = cells.filter((row) => !this.sheet.whole(row));
    for (const row of this.ragged) row.notes = "The row has not as many cells as the header.";
    const commas = () => this.scans.some((row) => this.sheet.measured(row).join("").includes(","));
    this.comma = sign ? sign === "comma" : this.sheet.delimiter !== "," && commas();
  }

  /** Score what is not yet scored, and call `progress` after each piece. */
  async score(progress, signal) {
    while (this.done < this.scans.length) {
      const piece = this.scans.slice(this.done, this.done + this.piece);
      const sent = piece.map((row) => this.sheet.observation(row, this.comma));
      const answers = await this.ask(sent, signal);
      if (!answers) continue;
      this.check(answers);
      piece.forEach((row, n) => this.note(row, sent[n], answers[n]));
      this.done += piece.length;
      progress();
      await pause(0, signal);
    }
  }

  /** Return the answers to a piece, or nothing if it has to be a smaller one. */
  async ask(sent, signal) {
    for (const wait of [...WAITS, 0]) {
      try {
        return await post("explain/batch", sent, signal);
      } catch (error) {
        if (error.status === 413 && sent.length > 1) {
          this.piece = Math.ceil(sent.length / 2);
          return null;
        }
        if (!wait || ![429, 503].includes(error.status)) throw error;
        await pause(wait, signal);
      }
    }
  }

  /** Throw if a piece was answered by another model than those before it. */
  check(answers) {
    for (const { model } of answers)
      if (model && model !== (this.model ??= model))
        throw new Failure("The service has another model by now. Choose the file again.");
  }

  /** Keep what is needed of an answer. */
  note(row, sent, answer) {
    const good = answer.status === "200";
    row.sent = good ? sent : null;
    row.probability = answer.probability;
    row.decision = answer.decision;
    row.answer = [
      String(answer.prediction), good ? exact(answer.probability) : "", answer.decision ?? "",
      answer.status, answer.reason,
    ];
    row.notes = good ? answer.warnings.map(({ message }) => message).join(" ") : this.faults(row);
  }

  /** Return what is wrong with a row, in words, measurement by measurement. */
  faults(row) {
    const texts = this.sheet.measured(row);
    const words = this.sheet.features.map((feature, n) => {
      const [other, name] = this.comma ? [".", "point"] : [",", "comma"];
      const { fault } = texts[n].includes(other)
        ? { fault: `This has a ${name}, which is not the file’s decimal sign.` }
        : typed(texts[n], feature);
      return fault && `${feature.column}: ${fault[0].toLowerCase()}${fault.slice(1)}`;
    });
    return words.filter(Boolean).join(" ");
  }
}

/** Wait, or throw once `signal` says to stop. */
async function pause(milliseconds, signal) {
  await new Promise((resume) => setTimeout(resume, milliseconds));
  signal?.throwIfAborted();
}
