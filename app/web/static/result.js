// The result for one scan.

import { decisionIcon, probabilityScale, stepChart, waterfall } from "./charts.js";
import { byId, element } from "./dom.js";
import { formatLogOdds, formatPercent, inTrainingRange, label, round } from "./numbers.js";

const DECISIONS = { malignant: "Malignant", benign: "Benign", refer: "Refer to a person" };

function summary({ decision, label: prediction, probability }) {
  const text = decision === "refer"
    ? `The model is too uncertain to decide, so a person must. It leans towards ${prediction}`
    : `The model predicts that the tumour is ${decision}`;
  return `${text}: the probability of malignancy is ${formatPercent(probability)}.`;
}

/** Show an /explain response that `model` gave at the time `date`. */
export function showResult(explanation, model, date) {
  const { decision, probability, warnings } = explanation;
  byId("content").replaceChildren(element("div", {},
    element("p", { id: "stale", class: "notice", hidden: "" },
      "The measurements have changed. This result is for the earlier ones."),
    element("div", { class: `decision ${decision}` },
      decisionIcon(decision),
      element("p", { class: "word" }, DECISIONS[decision]),
      element("p", {}, summary(explanation))),
    probabilityScale(probability, model.referralBand),
    warningList(warnings),
    element("h3", {}, "Why"),
    sumTable(explanation, model),
    element("h3", {}, "Distance of each value from the next step"),
    element("div", { class: "plots" }, ...stepPlots(explanation, model),
      element("p", { class: "small" }, "Each line shows the log-odds that a value adds, over the training range. The dashed line is zero. The dot is this scan.")),
    origin(explanation, model, date)));
  const messages = warnings.map(({ message }) => message).join(" ");
  byId("announcement").textContent = `${DECISIONS[decision]}. ${summary(explanation)} ${messages}`;
}

/** Mark the result as one for other measurements, or as current. */
export function markStale(stale) {
  if (!byId("stale")) return;
  byId("stale").hidden = !stale;
  byId("result").classList.toggle("old", stale);
}

export function clearResult(placeholder) {
  byId("result").classList.remove("old");
  byId("error").replaceChildren();
  byId("announcement").textContent = "";
  byId("content").replaceChildren(placeholder);
}

function warningList(warnings) {
  if (!warnings.length) return null;
  const items = warnings.map(({ message }) => element("li", {}, message));
  return element("div", { class: "notice" },
    element("h3", {}, "Check the measurements first"), element("ul", {}, ...items));
}

/** Return the sum of log-odds as a table, with a bar in each row. */
function sumTable({ baseline, contributions, score, probability }, { features, referralBand }) {
  const sums = [0, baseline];
  for (const { logOdds } of contributions) sums.push(sums.at(-1) + logOdds);
  const bar = waterfall(sums, referralBand);
  const row = (name, detail, chart, logOdds, kind) =>
    element("tr", { class: kind },
      element("th", { scope: "row" }, name, element("small", {}, detail)),
      element("td", { class: "bar" }, chart),
      element("td", { class: "number" }, formatLogOdds(logOdds)));
  return element("table", { class: "sum" },
    element("caption", {}, "From the baseline to the score, in log-odds. Bars to the right are evidence for malignant, to the left for benign. Within the shaded band a person decides."),
    element("thead", {}, element("tr", {},
      ...["Measurement and value", "Chart", "Log-odds"].map((name) =>
        element("th", { scope: "col" }, element("span", { class: "visually-hidden" }, name))))),
    element("tbody", {},
      row("Baseline", "without measurements", bar(0, baseline), baseline),
      ...contributions.map(({ feature, value, logOdds }, n) => {
        const found = features.find(({ name }) => name === feature);
        return row(label(found), String(value), bar(sums[n + 1], sums[n + 2]), logOdds);
      }),
      row("Score", `probability ${formatPercent(probability)}`, bar(0, score, "sum"), score, "score")));
}

/** Return the step function of each feature, with this scan's value and the next steps. */
function stepPlots({ contributions }, { features }) {
  const points = features.flatMap((feature) => feature.points);
  const limits = { least: Math.min(...points, 0), most: Math.max(...points, 0) };
  return features.map((feature) => {
    const { value, logOdds } = contributions.find((each) => each.feature === feature.name);
    return element("div", { class: "plot" },
      element("h4", {}, label(feature)),
      element("p", {}, `${value} adds ${formatLogOdds(logOdds)}`),
      stepChart(feature, value, logOdds, limits),
      element("ul", {}, ...nextSteps(feature, value, logOdds).map((item) => element("li", {}, item))));
  });
}

/** Describe the next steps up and down, and the change each would make. */
function nextSteps({ thresholds, points, ...feature }, value, logOdds) {
  const n = thresholds.filter((threshold) => threshold < value).length;
  const step = (text, limit, direction, point) => {
    const distance = round(Math.abs(limit - value), 3);
    const change = formatLogOdds(point - logOdds);
    return `${text} ${limit} (${distance ? `${distance} ${direction}` : `just ${direction}`}): ${change}`;
  };
  const items = inTrainingRange(value, feature) ? [] : ["Outside the training data (shaded)"];
  if (n < thresholds.length) {
    const [limit, included] = shortThreshold(thresholds[n], value);
    items.push(step(`Next step up ${included ? "above" : "from"}`, limit, "more", points[n + 1]));
  } else items.push("No step further up");
  if (n > 0) {
    const [limit, included] = shortThreshold(thresholds[n - 1], value);
    items.push(step(`Next step down ${included ? "at" : "below"}`, limit, "less", points[n - 1]));
  } else items.push("No step further down");
  return items;
}

/** Round a threshold so that `value` stays on its side; return it and whether it rounds down. */
function shortThreshold(threshold, value) {
  for (let digits = 6; digits < 17; digits += 1) {
    const limit = round(threshold, digits);
    const included = limit <= threshold;
    if ((included ? value <= limit : value < limit) === value <= threshold) return [limit, included];
  }
  return [threshold, true];
}

/** Return the model's digest, evaluation and training data. */
function origin({ model: digest }, { metrics, provenance }, date) {
  const { data, evaluated, records } = provenance;
  const day = new Date(`${evaluated}T12:00`).toLocaleDateString("en-GB", { dateStyle: "long" });
  return element("div", { class: "origin" },
    element("p", {},
      `Predicted ${date.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })} by model `,
      element("code", { title: digest }, digest.slice(0, 12)),
      `, evaluated on ${day} on ${metrics.nested?.patients} patients: see its `,
      element("a", { href: "card" }, "model card"), "."),
    element("details", {}, element("summary", {}, "About the model"),
      element("p", {}, `Trained on ${data?.rows} scans of ${data?.source}.`),
      element("p", {}, "Digest of the model: ", element("code", {}, digest)),
      element("p", {}, "Digest of its evaluation: ",
        element("code", {}, records?.["evaluation.json"] ?? "unknown"))));
}
