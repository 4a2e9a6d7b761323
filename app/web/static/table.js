// A table that can be sorted by each column, a page at a time: ten thousand rows at once
// would take seconds to draw. Rows without an answer stay on top.

import { button, element } from "./elements.js";
import { count } from "./numbers.js";

const PAGE = 50;

/** A table of `rows`; a column is {name, key(row), cell(row), kind}. */
export class Table {
  constructor(place, columns, rows, { bad, caption }) {
    Object.assign(this, { columns, rows, bad, page: 0, column: 0, down: false });
    this.heads = columns.map((column, n) =>
      element("th", { scope: "col", class: column.kind },
        button(column.name, () => this.sort(n))));
    this.body = element("tbody");
    // A row is as good as the button in it, for whoever has a mouse.
    this.body.addEventListener("click", ({ target }) =>
      target.closest("button") ?? target.closest("tr").querySelector("button")?.click());
    this.where = element("p", { role: "status" });
    this.back = button("Previous", () => this.turn(-1));
    this.next = button("Next", () => this.turn(1));
    const table = element("table", { class: "rows" },
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...this.heads)), this.body);
    const region = { class: "scrolled", tabindex: 0, role: "region", "aria-label": "Scored rows" };
    this.pager = element("div", { class: "actions" }, this.back, this.next, this.where);
    place.replaceChildren(element("div", region, table), this.pager);
    this.arrange();
  }

  sort(column) {
    this.down = column === this.column && !this.down;
    this.column = column;
    this.page = 0;
    this.arrange();
  }

  turn(pages) {
    this.page += pages;
    this.draw();
  }

  arrange() {
    const { key } = this.columns[this.column];
    const way = this.down ? -1 : 1;
    const keyed = this.rows.map((row) => [this.bad(row) ? -1 : kind(key(row)), key(row), row]);
    keyed.sort((a, b) => a[0] - b[0] || way * compared(a[1], b[1]));
    this.sorted = keyed.map(([, , row]) => row);
    this.heads.forEach((head, n) => {
      if (n !== this.column) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
    });
    this.draw();
  }

  draw() {
    const [from, all] = [this.page * PAGE, this.rows.length];
    const shown = this.sorted.slice(from, from + PAGE);
    this.body.replaceChildren(...shown.map((row) => this.line(row)));
    this.back.disabled = from === 0;
    this.next.disabled = from + PAGE >= all;
    this.pager.hidden = all <= PAGE;
    this.where.textContent = `Rows ${count(from + 1)} to ${count(from + shown.length)} of ${count(all)}`;
  }

  line(row) {
    const cells = this.columns.map((column) =>
      element("td", { class: column.kind }, column.cell(row)));
    return element("tr", { class: this.bad(row) && "bad" }, ...cells);
  }
}

/** Return in which order kinds of keys come: numbers, texts, nothing. */
const kind = (key) => (key == null ? 2 : typeof key === "string" ? 1 : 0);

const compared = (a, b) => (a < b ? -1 : Number(a > b));
