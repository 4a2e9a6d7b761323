// A sortable table that shows one page of rows: drawing 10,000 would take seconds.

import { button, element } from "./dom.js";
import { formatCount } from "./numbers.js";

const PAGE_SIZE = 50;

/** A table of `rows`, rejected ones first; a column is {name, key(row), cell(row), kind}. */
export class Table {
  constructor(parent, columns, rows, { isRejected, caption }) {
    Object.assign(this, { columns, rows, isRejected, page: 0, column: 0, descending: false });
    this.headers = columns.map((column, n) =>
      element("th", { scope: "col", class: column.kind },
        button(column.name, () => this.sortBy(n))));
    this.body = element("tbody");
    // A click anywhere in a row presses its button.
    this.body.addEventListener("click", ({ target }) =>
      target.closest("button") ?? target.closest("tr").querySelector("button")?.click());
    this.position = element("p", { role: "status" });
    this.previous = button("Previous", () => this.turn(-1));
    this.next = button("Next", () => this.turn(1));
    const table = element("table", { class: "rows" },
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...this.headers)), this.body);
    const region = { class: "scroll", tabindex: 0, role: "region", "aria-label": "Scored rows" };
    this.pager = element("div", { class: "actions" }, this.previous, this.next, this.position);
    parent.replaceChildren(element("div", region, table), this.pager);
    this.sort();
  }

  sortBy(column) {
    this.descending = column === this.column && !this.descending;
    this.column = column;
    this.page = 0;
    this.sort();
  }

  turn(pages) {
    this.page += pages;
    this.draw();
  }

  sort() {
    const { key } = this.columns[this.column];
    const sign = this.descending ? -1 : 1;
    const keyed = this.rows.map((row) => [this.isRejected(row) ? -1 : typeRank(key(row)), key(row), row]);
    keyed.sort((a, b) => a[0] - b[0] || sign * compare(a[1], b[1]));
    this.sorted = keyed.map(([, , row]) => row);
    this.headers.forEach((header, n) => {
      if (n !== this.column) header.removeAttribute("aria-sort");
      else header.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
    });
    this.draw();
  }

  draw() {
    const [from, total] = [this.page * PAGE_SIZE, this.rows.length];
    const shown = this.sorted.slice(from, from + PAGE_SIZE);
    this.body.replaceChildren(...shown.map((row) => this.rowElement(row)));
    this.previous.disabled = from === 0;
    this.next.disabled = from + PAGE_SIZE >= total;
    this.pager.hidden = total <= PAGE_SIZE;
    const [first, last, all] = [from + 1, from + shown.length, total].map(formatCount);
    this.position.textContent = `Rows ${first} to ${last} of ${all}`;
  }

  rowElement(row) {
    const cells = this.columns.map((column) =>
      element("td", { class: column.kind }, column.cell(row)));
    return element("tr", { class: this.isRejected(row) && "rejected" }, ...cells);
  }
}

/** Rank the types of sort keys: numbers, strings, nothing. */
const typeRank = (key) => (key == null ? 2 : typeof key === "string" ? 1 : 0);

const compare = (a, b) => (a < b ? -1 : Number(a > b));
