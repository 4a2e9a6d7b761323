// The page: what happens when. Nothing writes to the address, to storage or to the history.

import { clearAnswer, markStale, showAnswer } from "./answer.js";
import { byId, showFailure } from "./elements.js";
import { Fields } from "./form.js";
import { aboutKey, askForKey } from "./key.js";
import { get, post } from "./service.js";
import { acceptSheets } from "./spreadsheet.js";

const EMPTY = byId("shown").firstElementChild;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

let model, fields, answered, asking, examples;

async function start() {
  try {
    model = await get("model");
  } catch (error) {
    return fail(error, start);
  }
  fields = new Fields(model.features, edited);
  byId("actions").hidden = byId("examples").hidden = false;
  fields.enter();
  acceptSheets(model.features, showRow);
}

/** Ask about what is typed, and show the answer, unless something newer was asked since. */
async function predict() {
  const observation = fields.read();
  if (!observation) return;
  asking?.abort();
  const own = (asking = new AbortController());
  byId("answer").setAttribute("aria-busy", "true");
  byId("failure").replaceChildren();
  try {
    const answer = await post("explain", observation, own.signal);
    // The service may have been given another model since this page was opened.
    if (answer.model !== model.digest) model = await get("model", own.signal);
    show(answer, observation);
  } catch (error) {
    if (!own.signal.aborted) fail(error, predict);
  } finally {
    if (own === asking) byId("answer").removeAttribute("aria-busy");
  }
}

function show(answer, observation) {
  answered = observation;
  byId("key").hidden = true;
  showAnswer(answer, model, new Date());
  edited();
  lead();
}

/** Mark the answer as stale while the fields hold something else than was asked. */
function edited() {
  if (!answered) return;
  const values = fields.values();
  markStale(Object.keys(answered).some((name) => answered[name] !== values[name]));
}

function clear() {
  asking?.abort();
  answered = null;
  clearAnswer(EMPTY);
  fields.clear();
}

function showRow(observation) {
  fields.fill(observation);
  byId("answer").focus({ preventScroll: true });
  predict();
}

/** Fill in one of the examples that the service's own description has. */
async function fillExample(name) {
  try {
    examples ??= (await get("openapi.json")).paths["/explain"].post.requestBody.content[
      "application/json"].examples;
  } catch (error) {
    return fail(error, () => fillExample(name));
  }
  fields.fill(examples[name].value);
  edited();
  byId("predict").focus();
}

function fail(error, again) {
  if (aboutKey(error)) askForKey(error.message, again);
  else if (error.status === undefined) throw error;
  else {
    showFailure(byId("failure"), error.message, again);
    lead();
  }
}

/** Bring the head of the answer into view, unless it is there. */
function lead() {
  const { top } = byId("answer").getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2)
    byId("answer").scrollIntoView({ behavior: STILL.matches ? "auto" : "smooth" });
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  predict();
});
byId("clear").addEventListener("click", clear);
byId("examples").addEventListener("click", ({ target }) =>
  target.dataset.example && fillExample(target.dataset.example));
start();
