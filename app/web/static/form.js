// The form for one scan.

import { byId, element } from "./dom.js";
import { inTrainingRange, label, parseMeasurement } from "./numbers.js";

const OUT_OF_RANGE = "Outside the training data. Check the value and its unit.";

export class Fields {
  constructor(features, onInput) {
    this.fields = features.map((feature) => new Field(feature, onInput));
    byId("fields").replaceChildren(...this.fields.map((field) => field.row));
  }

  /** Return the observation, or null after showing the errors and focusing the first one. */
  validate() {
    const parsed = this.fields.map((field) => field.validate());
    const invalid = parsed.findIndex(({ error }) => error);
    if (invalid < 0)
      return Object.fromEntries(parsed.map(({ value }, n) => [this.fields[n].feature.name, value]));
    this.fields[invalid].input.focus();
    return null;
  }

  /** Return the values by feature name; undefined where a field is invalid. */
  values() {
    return Object.fromEntries(
      this.fields.map(({ feature, input }) => [feature.name, parseMeasurement(input.value, feature).value]),
    );
  }

  fill(observation) {
    for (const field of this.fields) {
      const text = String(observation[field.feature.name]);
      // 1.866 is ambiguous, 1.8660 is not.
      field.input.value = parseMeasurement(text, field.feature).error ? `${text}0` : text;
      field.validate();
    }
  }

  clear() {
    for (const field of this.fields) field.clear();
    this.focus();
  }

  focus() {
    this.fields[0].input.focus();
  }
}

class Field {
  constructor(feature, onInput) {
    this.feature = feature;
    const [field, range, help, note] = ["field", "range", "help", "note"].map(
      (part) => `${part}-${feature.name}`);
    this.input = element("input", {
      id: field, type: "text", inputmode: "decimal", autocomplete: "off",
      spellcheck: "false", "aria-describedby": `${note} ${range} ${help}`,
      required: "",
    });
    this.note = element("p", { id: note, class: "note" });
    this.row = element("div", { class: "field" },
      element("label", { for: field }, label(feature)),
      this.input,
      element("p", { id: range, class: "range" },
        `In training: ${feature.minimum} to ${feature.maximum}`),
      this.note,
      element("p", { id: help, class: "small" }, feature.description),
    );
    this.input.addEventListener("blur", () =>
      afterPointerUp(() => this.input.value.trim() && this.validate()));
    this.input.addEventListener("input", () => {
      // Update a note with each key, but show a new one on blur only.
      if (this.note.textContent) this.validate();
      onInput();
    });
  }

  /** Show an error or warning, if there is one, and return the parsed value. */
  validate() {
    const parsed = parseMeasurement(this.input.value, this.feature);
    const unusual = !parsed.error && !inTrainingRange(parsed.value, this.feature);
    this.showNote(parsed.error ?? (unusual ? OUT_OF_RANGE : ""), Boolean(parsed.error));
    return parsed;
  }

  clear() {
    this.input.value = "";
    this.showNote("", false);
  }

  showNote(message, isError) {
    this.note.textContent = message;
    this.note.classList.toggle("error", isError);
    if (isError) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

let pointerDown = false;
addEventListener("pointerdown", () => (pointerDown = true), true);
for (const end of ["pointerup", "pointercancel"])
  addEventListener(end, () => (pointerDown = false), true);

/** Run `action` once no button is pressed: a new note would move the button away. */
function afterPointerUp(action) {
  if (pointerDown) addEventListener("pointerup", () => setTimeout(action), { once: true });
  else action();
}
