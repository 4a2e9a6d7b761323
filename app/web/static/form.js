// The five fields: made from what the model says of its features, and checked in words.

import { byId, element } from "./elements.js";
import { label, typed, usual } from "./numbers.js";

const CAUTION = "Unusual: beyond all training data. Check it, and its unit.";

/** The fields, in the order of `features`. */
export class Fields {
  constructor(features, edited) {
    this.fields = features.map((feature) => new Field(feature, edited));
    byId("fields").replaceChildren(...this.fields.map((field) => field.row));
  }

  /** Return the observation, or nothing; then each fault is told and the first field is entered. */
  read() {
    const found = this.fields.map((field) => field.check());
    const wrong = found.findIndex((each) => each.fault);
    if (wrong < 0)
      return Object.fromEntries(found.map(({ value }, n) => [this.fields[n].feature.name, value]));
    this.fields[wrong].input.focus();
    return null;
  }

  /** Return what is typed, by name; undefined where it is no measurement. */
  values() {
    return Object.fromEntries(
      this.fields.map(({ feature, input }) => [feature.name, typed(input.value, feature).value]),
    );
  }

  /** Put an observation into the fields. */
  fill(observation) {
    for (const field of this.fields) {
      const text = String(observation[field.feature.name]);
      // With a further digit, 1.866 can't be taken for 1866.
      field.input.value = typed(text, field.feature).fault ? `${text}0` : text;
      field.check();
    }
  }

  clear() {
    for (const field of this.fields) field.clear();
    this.enter();
  }

  enter() {
    this.fields[0].input.focus();
  }
}

class Field {
  constructor(feature, edited) {
    this.feature = feature;
    const [field, range, about, note] = ["field", "range", "about", "note"].map(
      (part) => `${part}-${feature.name}`);
    this.input = element("input", {
      id: field, type: "text", inputmode: "decimal", autocomplete: "off",
      spellcheck: "false", "aria-describedby": `${note} ${range} ${about}`,
      required: "",
    });
    this.note = element("p", { id: note, class: "note" });
    this.row = element("div", { class: "field" },
      element("label", { for: field }, label(feature)),
      this.input,
      element("p", { id: range, class: "range" },
        `In training: ${feature.minimum} to ${feature.maximum}`),
      this.note,
      element("p", { id: about, class: "small" }, feature.description),
    );
    this.input.addEventListener("blur", () => settled(() => this.input.value.trim() && this.check()));
    this.input.addEventListener("input", () => {
      // What has been found wrong is looked at with each key; anything else, when it is left.
      if (this.note.textContent) this.check();
      edited();
    });
  }

  /** Say what is wrong or unusual, if anything; return what was typed. */
  check() {
    const found = typed(this.input.value, this.feature);
    const unusual = !found.fault && !usual(found.value, this.feature);
    this.tell(found.fault ?? (unusual ? CAUTION : ""), Boolean(found.fault));
    return found;
  }

  clear() {
    this.input.value = "";
    this.tell("", false);
  }

  tell(words, wrong) {
    this.note.textContent = words;
    this.note.classList.toggle("wrong", wrong);
    if (wrong) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel"])
  addEventListener(end, () => (pressed = false), true);

/** Do something once no button is pressed: words that appear would move it away. */
function settled(then) {
  if (pressed) addEventListener("pointerup", () => setTimeout(then), { once: true });
  else then();
}
