// The drawings. Places are in per cent, so that a drawing fits any width; what it shows is always
// beside it in words too, so a screen reader passes over it.

import { drawn } from "./elements.js";
import { percent, rounded } from "./numbers.js";

const across = (share) => `${rounded(100 * share)}%`;

const figure = (kind, height, ...parts) =>
  drawn("svg", { class: kind, width: "100%", height, "aria-hidden": "true" }, ...parts);

const line = (kind, x1, y1, x2, y2) => drawn("line", { class: kind, x1, y1, x2, y2 });

const rect = (kind, x, y, width, height) => drawn("rect", { class: kind, x, y, width, height });

/** Return a shape whose own origin is at a place. */
const shape = (kind, x, y, d) =>
  drawn("svg", { x, y, overflow: "visible" }, drawn("path", { class: kind, d }));

const text = (words, x, y, anchor, kind = "") =>
  drawn("text", { x, y, "text-anchor": anchor, class: kind }, words);

/** Return which way a text at `share` of the width has to go, so that it stays inside. */
const inside = (share) => (share < 0.12 ? "start" : share > 0.88 ? "end" : "middle");

/** Return the scale from 0 to 100 % with the referral band and the probability on it. */
export function scale(probability, { lower, upper }) {
  const [from, to, at] = [lower, upper, probability].map(across);
  return figure("scale", 98,
    rect("benign", 0, 36, from, 18),
    rect("refer", from, 36, across(upper - lower), 18),
    rect("malignant", to, 36, across(1 - upper), 18),
    line("edge", from, 36, from, 59),
    line("edge", to, 36, to, 59),
    text("0", 0, 72, "start", "tick"),
    text(percent(lower), from, 72, "start", "tick"),
    text(percent(upper), to, 72, "end", "tick"),
    text("100 %", "100%", 72, "end", "tick"),
    text("Benign", 0, 91, "start"),
    text("Refer to a person", across((lower + upper) / 2), 91, "middle"),
    text("Malignant", "100%", 91, "end"),
    text(percent(probability), at, 18, inside(probability), "value"),
    shape("pointer", at, 0, "M-8 24H8L1.5 37V57H-1.5V37Z"),
  );
}

/** Return a function that draws a term of the sum, all on one axis of log-odds. */
export function terms(sums, { lower, upper }) {
  const [low, high] = [logit(lower), logit(upper)];
  const least = Math.min(...sums, low, 0);
  const span = Math.max(...sums, high, 0) - least;
  const place = (score) => 0.03 + (0.94 * (score - least)) / span;
  return (before, after, kind) => {
    const [from, to] = [Math.min(before, after), Math.max(before, after)].map(place);
    return figure("term", "100%",
      rect("band", across(place(low)), 0, across(place(high) - place(low)), "100%"),
      line("zero", across(place(0)), 0, across(place(0)), "100%"),
      kind === "sum"
        ? shape("pointer", across(place(after)), "50%", "M0-10L9 0L0 10L-9 0Z")
        : rect(after < before ? "benign" : "malignant", across(from), "50%",
            across(Math.max(to - from, 0.004)), 22),
      kind === "sum" || line("link", across(place(after)), "50%", across(place(after)), "100%"),
    );
  };
}

/** Return the step function of `feature` with one patient's value on it. */
export function steps(feature, value, added, { least, most }) {
  const { minimum, maximum, thresholds, points } = feature;
  const [low, high] = [Math.min(minimum, value), Math.max(maximum, value)];
  const x = (at) => 0.02 + (0.96 * (at - low)) / (high - low || 1);
  const y = (point) => across(0.07 + (0.7 * (most - point)) / (most - least || 1));
  const ends = [low, ...thresholds.map((at) => Math.min(Math.max(at, low), high)), high].map(x);
  const drawnSteps = points.flatMap((point, n) => [
    line("step", across(ends[n]), y(point), across(ends[n + 1]), y(point)),
    n > 0 && line("rise", across(ends[n]), y(points[n - 1]), across(ends[n]), y(point)),
  ]);
  const [at, height] = [across(x(value)), y(added)];
  const kind = added < 0 ? "benign" : "malignant";
  return figure("steps", null,
    outside(low, minimum, x),
    outside(maximum, high, x),
    line("zero", "2%", y(0), "98%", y(0)),
    ...drawnSteps,
    line("patient", at, "3%", at, "82%"),
    drawn("circle", { class: kind, cx: at, cy: height, r: 6 }),
    text(String(low), "2%", "97%", "start", "tick"),
    text(String(high), "98%", "97%", "end", "tick"),
  );
}

/** Return the part of a plot where nobody was in training, if there is one. */
const outside = (from, to, x) =>
  from < to && rect("outside", across(x(from)), "3%", across(x(to) - x(from)), "79%");

const logit = (probability) => Math.log(probability / (1 - probability));

const SHAPES = {
  malignant: ["M24 3L46 43H2Z", "M24 17V29M24 36V36.1"],
  benign: ["M24 2A22 22 0 1 1 23.9 2Z", "M13 25L21 33L35 17"],
  refer: ["M6 2H42Q46 2 46 6V42Q46 46 42 46H6Q2 46 2 42V6Q2 2 6 2Z",
    "M24 10A6.5 6.5 0 1 1 23.9 10ZM10 38C10 24 38 24 38 38"],
};

/** Return the sign of a decision: a triangle, a disc or a square, so not by colour alone. */
export function sign(decision) {
  const [outline, mark] = SHAPES[decision];
  const attributes = { class: `sign ${decision}`, viewBox: "0 0 48 48", "aria-hidden": "true" };
  return drawn("svg", attributes, drawn("path", { d: outline }), drawn("path", { class: "mark", d: mark }));
}
