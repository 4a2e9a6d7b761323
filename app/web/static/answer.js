// The answer about one scan: what is predicted, what to check, why, and by which model.

import { byId, element } from "./elements.js";
import { label, percent, rounded, signed, usual } from "./numbers.js";
import { scale, sign, steps, terms } from "./plots.js";

const WORDS = { malignant: "Malignant", benign: "Benign", refer: "Refer to a person" };

/** Return in a sentence what `answer` says. */
function sentence({ decision, label: leaning, probability }) {
  const chance = percent(probability);
  const said = decision === "refer"
    ? `The model is too unsure to decide: a person has to. It leans towards ${leaning}`
    : `The model predicts that the tumour is ${decision}`;
  return `${said}: the probability of malignancy is ${chance}.`;
}

/** Show the whole of `answer`, which `model` gave at the time `when`. */
export function showAnswer(answer, model, when) {
  byId("shown").replaceChildren(element("div", {},
    element("p", { id: "stale", class: "notice", hidden: "" },
      "The measurements have been changed. This is the answer to the earlier ones."),
    element("div", { class: `verdict ${answer.decision}` },
      sign(answer.decision),
      element("p", { class: "word" }, WORDS[answer.decision]),
      element("p", {}, sentence(answer))),
    scale(answer.probability, model.referralBand),
    warnings(answer),
    element("h3", {}, "Why"),
    reasons(answer, model),
    element("h3", {}, "How far each value is from the next step"),
    element("div", { class: "plots" }, ...plots(answer, model),
      element("p", { class: "small" }, "Each line is what a value adds, over the range in training; dashed is nothing. The dot is this scan.")),
    origin(answer, model, when)));
  byId("said").textContent = `${WORDS[answer.decision]}. ${sentence(answer)} ${
    answer.warnings.map(({ message }) => message).join(" ")}`;
}

/** Mark the answer as that to other measurements, or as current again. */
export function markStale(stale) {
  if (!byId("stale")) return;
  byId("stale").hidden = !stale;
  byId("answer").classList.toggle("old", stale);
}

/** Put something else in the place of the answer. */
export function clearAnswer(instead) {
  byId("answer").classList.remove("old");
  byId("failure").replaceChildren();
  byId("said").textContent = "";
  byId("shown").replaceChildren(instead);
}

function warnings(answer) {
  if (!answer.warnings.length) return null;
  const each = answer.warnings.map(({ message }) => element("li", {}, message));
  return element("div", { class: "notice" },
    element("h3", {}, "Check the measurements first"), element("ul", {}, ...each));
}

/** Return the sum, term by term, as a table with a bar in each row. */
function reasons({ baseline, contributions, score, probability }, { features, referralBand }) {
  const sums = [0, baseline];
  for (const { logOdds } of contributions) sums.push(sums.at(-1) + logOdds);
  const term = terms(sums, referralBand);
  const row = (name, detail, drawing, added, kind) =>
    element("tr", { class: kind },
      element("th", { scope: "row" }, name, element("small", {}, detail)),
      element("td", { class: "bar" }, drawing),
      element("td", { class: "number" }, added));
  return element("table", { class: "sum" },
    element("caption", {}, "From the baseline to the score, in log-odds. To the right speaks for malignant, to the left for benign; within the shaded band a person decides."),
    element("thead", {}, element("tr", {},
      ...["Measurement and value", "Drawn", "Adds"].map((name) =>
        element("th", { scope: "col" }, element("span", { class: "unseen" }, name))))),
    element("tbody", {},
      row("Baseline", "before anything is measured", term(0, baseline), signed(baseline)),
      ...contributions.map(({ feature, value, logOdds }, n) => {
        const found = features.find(({ name }) => name === feature);
        return row(label(found), String(value), term(sums[n + 1], sums[n + 2]), signed(logOdds));
      }),
      row("Score", `probability ${percent(probability)}`, term(0, score, "sum"), signed(score), "score")));
}

/** Return each step function with this scan on it, and how far the next steps are. */
function plots({ contributions }, { features }) {
  const points = features.flatMap((feature) => feature.points);
  const limits = { least: Math.min(...points, 0), most: Math.max(...points, 0) };
  return features.map((feature) => {
    const { value, logOdds } = contributions.find((each) => each.feature === feature.name);
    return element("div", { class: "plot" },
      element("h4", {}, label(feature)),
      element("p", {}, `${value} adds ${signed(logOdds)}`),
      steps(feature, value, logOdds, limits),
      element("ul", {}, ...neighbours(feature, value, logOdds).map((words) => element("li", {}, words))));
  });
}

/** Return in words where the next steps up and down are, and what they would change. */
function neighbours({ thresholds, points, ...feature }, value, added) {
  const n = thresholds.filter((threshold) => threshold < value).length;
  const step = (words, limit, more, point) => {
    const far = rounded(Math.abs(limit - value), 3);
    return `${words} ${limit} (${far ? `${far} ${more}` : `just ${more}`}): ${signed(point - added)}`;
  };
  const said = usual(value, feature) ? [] : ["Outside the training data (shaded)"];
  if (n < thresholds.length) {
    const [limit, included] = readable(thresholds[n], value);
    said.push(step(`Next step up ${included ? "above" : "from"}`, limit, "more", points[n + 1]));
  } else said.push("No step further up");
  if (n > 0) {
    const [limit, included] = readable(thresholds[n - 1], value);
    said.push(step(`Next step down ${included ? "at" : "below"}`, limit, "less", points[n - 1]));
  } else said.push("No step further down");
  return said;
}

/** Return a threshold with as few digits as are true of `value`, and whether it is below it. */
function readable(threshold, value) {
  for (let digits = 6; digits < 17; digits += 1) {
    const limit = rounded(threshold, digits);
    const included = limit <= threshold;
    if ((included ? value <= limit : value < limit) === value <= threshold) return [limit, included];
  }
  return [threshold, true];
}

/** Return which model answered when, and what its evidence is. */
function origin(answer, { metrics, provenance }, when) {
  const { data, evaluated, records } = provenance;
  const day = new Date(`${evaluated}T12:00`).toLocaleDateString("en-GB", { dateStyle: "long" });
  return element("div", { class: "origin" },
    element("p", {},
      `Answered ${when.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" })} by model `,
      element("code", { title: answer.model }, answer.model.slice(0, 12)),
      `, evaluated on ${day} on ${metrics.nested?.patients} patients: see its `,
      element("a", { href: "card" }, "model card"), "."),
    element("details", {}, element("summary", {}, "Where it comes from"),
      element("p", {}, `Trained on ${data?.rows} scans of ${data?.source}.`),
      element("p", {}, "Digest of the model: ", element("code", {}, answer.model)),
      element("p", {}, "Digest of its evidence: ",
        element("code", {}, records?.["evaluation.json"] ?? "not stated"))));
}
