// Reading numbers as people type them, and writing them as people read them.

const DECIMAL = /^[ \t-\r]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t-\r]*$/i;
const GROUPED = /\d[ '’\u00a0\u2009\u202f_]\d|[.,].*[.,]/;
const MAYBE_GROUPED = /^[1-9]\d{0,2}[.,]\d{3}$/;

/** Return the number that `text` is, with a point if with anything, or NaN. */
export const reading = (text) => (DECIMAL.test(text) ? Number(text) : NaN);

/**
 * Return as {value} or as {fault}, in words, what was typed for `feature`.
 *
 * The decimal sign may be a point or a comma. Where it may as well separate thousands, nothing
 * is guessed: 1,866 is refused for an area, as 1866 is usual for one and 1.866 is not.
 */
export function typed(text, feature) {
  const trimmed = text.trim();
  if (!trimmed) return { fault: "This measurement is missing." };
  if (GROUPED.test(trimmed)) return { fault: "Leave out what separates thousands, as in 1866.5." };
  const value = reading(trimmed.replace(",", "."));
  if (Number.isNaN(value)) return { fault: "This has to be a number, such as 24.86 or 24,86." };
  if (value < 0) return { fault: "This can’t be below 0." };
  if (!Number.isFinite(value)) return { fault: "This number is too large." };
  const whole = MAYBE_GROUPED.test(trimmed) && Number(trimmed.replace(/[.,]/, ""));
  if (whole && !usual(value, feature) && usual(whole, feature))
    return { fault: `This may mean ${whole} or ${value}. Write ${whole}, or ${value.toFixed(4)}.` };
  return { value };
}

/** Return whether a value is among those that the model was trained on. */
export const usual = (value, feature) => feature.minimum <= value && value <= feature.maximum;

/** Return log-odds with a sign and two decimals. */
export const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);

/** Return a probability in per cent. None is shown as certain. */
export function percent(probability) {
  if (probability < 0.001) return "below 0.1\u00a0%";
  if (probability > 0.999) return "above 99.9\u00a0%";
  return `${(100 * probability).toFixed(1)}\u00a0%`;
}

/** Return a number without the noise of its last digits. */
export const rounded = (value, digits = 6) => Number(value.toPrecision(digits));

/** Return a probability as Python writes it. */
export function exact(probability) {
  if (probability && probability < 1e-4)
    return probability.toExponential().replace(/e-(\d)$/, "e-0$1");
  return Number.isInteger(probability) ? probability.toFixed(1) : String(probability);
}

/** Return a count with its thousands told apart. */
export const count = (number) => number.toLocaleString("en");

/** Return a feature's name as a label. */
export const label = (feature) => feature.column[0].toUpperCase() + feature.column.slice(1);
