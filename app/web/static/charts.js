// SVG charts. Positions are percentages, so a chart fits any width. Screen readers skip them: the
// text beside a chart says the same.

import { svg } from "./dom.js";
import { formatPercent, round } from "./numbers.js";

const percent = (share) => `${round(100 * share)}%`;

const chart = (kind, height, ...parts) =>
  svg("svg", { class: kind, width: "100%", height, "aria-hidden": "true" }, ...parts);

const line = (kind, x1, y1, x2, y2) => svg("line", { class: kind, x1, y1, x2, y2 });

const rect = (kind, x, y, width, height) => svg("rect", { class: kind, x, y, width, height });

/** Return a path with its origin at (x, y). */
const path = (kind, x, y, d) =>
  svg("svg", { x, y, overflow: "visible" }, svg("path", { class: kind, d }));

const text = (content, x, y, anchor, kind = "") =>
  svg("text", { x, y, "text-anchor": anchor, class: kind }, content);

/** Return the anchor that keeps a text at this share of the width inside the chart. */
const anchorAt = (share) => (share < 0.12 ? "start" : share > 0.88 ? "end" : "middle");

/** Return the scale from 0 to 100 %, with the referral band and the probability. */
export function probabilityScale(probability, { lower, upper }) {
  const [from, to, at] = [lower, upper, probability].map(percent);
  return chart("scale", 98,
    rect("benign", 0, 36, from, 18),
    rect("refer", from, 36, percent(upper - lower), 18),
    rect("malignant", to, 36, percent(1 - upper), 18),
    line("edge", from, 36, from, 59),
    line("edge", to, 36, to, 59),
    text("0", 0, 72, "start", "tick"),
    text(formatPercent(lower), from, 72, "start", "tick"),
    text(formatPercent(upper), to, 72, "end", "tick"),
    text("100 %", "100%", 72, "end", "tick"),
    text("Benign", 0, 91, "start"),
    text("Refer to a person", percent((lower + upper) / 2), 91, "middle"),
    text("Malignant", "100%", 91, "end"),
    text(formatPercent(probability), at, 18, anchorAt(probability), "value"),
    path("pointer", at, 0, "M-8 24H8L1.5 37V57H-1.5V37Z"),
  );
}

/** Return a function that draws one term of the sum; all terms share one log-odds axis. */
export function waterfall(sums, { lower, upper }) {
  const [low, high] = [logit(lower), logit(upper)];
  const least = Math.min(...sums, low, 0);
  const span = Math.max(...sums, high, 0) - least;
  const x = (score) => 0.03 + (0.94 * (score - least)) / span;
  return (before, after, kind) => {
    const [from, to] = [Math.min(before, after), Math.max(before, after)].map(x);
    return chart("term", "100%",
      rect("band", percent(x(low)), 0, percent(x(high) - x(low)), "100%"),
      line("zero", percent(x(0)), 0, percent(x(0)), "100%"),
      kind === "sum"
        ? path("pointer", percent(x(after)), "50%", "M0-10L9 0L0 10L-9 0Z")
        : rect(after < before ? "benign" : "malignant", percent(from), "50%",
            percent(Math.max(to - from, 0.004)), 22),
      kind === "sum" || line("link", percent(x(after)), "50%", percent(x(after)), "100%"),
    );
  };
}

/** Return the step function of `feature`, with a mark at `value`. */
export function stepChart(feature, value, logOdds, { least, most }) {
  const { minimum, maximum, thresholds, points } = feature;
  const [low, high] = [Math.min(minimum, value), Math.max(maximum, value)];
  const x = (at) => 0.02 + (0.96 * (at - low)) / (high - low || 1);
  const y = (point) => percent(0.07 + (0.7 * (most - point)) / (most - least || 1));
  const ends = [low, ...thresholds.map((at) => Math.min(Math.max(at, low), high)), high].map(x);
  const steps = points.flatMap((point, n) => [
    line("step", percent(ends[n]), y(point), percent(ends[n + 1]), y(point)),
    n > 0 && line("rise", percent(ends[n]), y(points[n - 1]), percent(ends[n]), y(point)),
  ]);
  const [cx, cy] = [percent(x(value)), y(logOdds)];
  const kind = logOdds < 0 ? "benign" : "malignant";
  return chart("steps", null,
    outside(low, minimum, x),
    outside(maximum, high, x),
    line("zero", "2%", y(0), "98%", y(0)),
    ...steps,
    line("patient", cx, "3%", cx, "82%"),
    svg("circle", { class: kind, cx, cy, r: 6 }),
    text(String(low), "2%", "97%", "start", "tick"),
    text(String(high), "98%", "97%", "end", "tick"),
  );
}

/** Return the part of a chart outside the training range, if there is one. */
const outside = (from, to, x) =>
  from < to && rect("outside", percent(x(from)), "3%", percent(x(to) - x(from)), "79%");

const logit = (probability) => Math.log(probability / (1 - probability));

const ICONS = {
  malignant: ["M24 3L46 43H2Z", "M24 17V29M24 36V36.1"],
  benign: ["M24 2A22 22 0 1 1 23.9 2Z", "M13 25L21 33L35 17"],
  refer: ["M6 2H42Q46 2 46 6V42Q46 46 42 46H6Q2 46 2 42V6Q2 2 6 2Z",
    "M24 10A6.5 6.5 0 1 1 23.9 10ZM10 38C10 24 38 24 38 38"],
};

/** Return the icon of a decision: its shape differs too, not only its colour. */
export function decisionIcon(decision) {
  const [shape, mark] = ICONS[decision];
  const attributes = { class: `icon ${decision}`, viewBox: "0 0 48 48", "aria-hidden": "true" };
  return svg("svg", attributes, svg("path", { d: shape }), svg("path", { class: "mark", d: mark }));
}
