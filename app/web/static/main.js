// Entry point. The page writes nothing to its URL, storage or history.

import { get, post } from "./api.js";
import { byId, showError } from "./dom.js";
import { Fields } from "./form.js";
import { isUnauthorized, requestKey } from "./key.js";
import { clearResult, markStale, showResult } from "./result.js";
import { acceptCsvFiles } from "./upload.js";

const PLACEHOLDER = byId("content").firstElementChild;
const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");

let model, fields, shown, pending, examples;

async function start() {
  try {
    model = await get("model");
  } catch (error) {
    return fail(error, start);
  }
  fields = new Fields(model.features, updateStale);
  byId("actions").hidden = byId("examples").hidden = false;
  fields.focus();
  acceptCsvFiles(model.features, showRow);
}

/** Predict for the form's values, unless a newer request replaces this one. */
async function predict() {
  const observation = fields.validate();
  if (!observation) return;
  pending?.abort();
  const controller = (pending = new AbortController());
  const { signal } = controller;
  byId("result").setAttribute("aria-busy", "true");
  byId("error").replaceChildren();
  try {
    const explanation = await post("explain", observation, signal);
    // A deployment may have changed the model since the page was loaded.
    if (explanation.model !== model.digest) model = await get("model", signal);
    show(explanation, observation);
  } catch (error) {
    if (!signal.aborted) fail(error, predict);
  } finally {
    if (controller === pending) byId("result").removeAttribute("aria-busy");
  }
}

function show(explanation, observation) {
  shown = observation;
  byId("key").hidden = true;
  showResult(explanation, model, new Date());
  updateStale();
  scrollToResult();
}

/** Mark the result as stale while the form has other values. */
function updateStale() {
  if (!shown) return;
  const values = fields.values();
  markStale(Object.keys(shown).some((name) => shown[name] !== values[name]));
}

function clear() {
  pending?.abort();
  shown = null;
  clearResult(PLACEHOLDER);
  fields.clear();
}

function showRow(observation) {
  fields.fill(observation);
  byId("result").focus({ preventScroll: true });
  predict();
}

/** Fill in an example from the OpenAPI document. */
async function fillExample(name) {
  try {
    examples ??= (await get("openapi.json")).paths["/explain"].post.requestBody.content[
      "application/json"].examples;
  } catch (error) {
    return fail(error, () => fillExample(name));
  }
  fields.fill(examples[name].value);
  updateStale();
  byId("predict").focus();
}

function fail(error, retry) {
  if (isUnauthorized(error)) requestKey(error.message, retry);
  else if (error.status === undefined) throw error;
  else {
    showError(byId("error"), error.message, retry);
    scrollToResult();
  }
}

function scrollToResult() {
  const { top } = byId("result").getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2)
    byId("result").scrollIntoView({ behavior: REDUCED_MOTION.matches ? "auto" : "smooth" });
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  predict();
});
byId("clear").addEventListener("click", clear);
byId("examples").addEventListener("click", ({ target }) =>
  target.dataset.example && fillExample(target.dataset.example));
start();
