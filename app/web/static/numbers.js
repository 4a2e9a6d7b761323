// Parsing and formatting of numbers.

const DECIMAL = /^[ \t-\r]*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[ \t-\r]*$/i;
const GROUPED = /\d[ '’\u00a0\u2009\u202f_]\d|[.,].*[.,]/;
const MAYBE_GROUPED = /^[1-9]\d{0,2}[.,]\d{3}$/;

/** Return the number in `text`, which may have a decimal point, or NaN. */
export const parseNumber = (text) => (DECIMAL.test(text) ? Number(text) : NaN);

/**
 * Return the measurement in `text` as {value}, or an {error} message.
 *
 * The decimal separator is a point or a comma. Where it may also separate thousands, as in an
 * area of 1,866, it is an error.
 */
export function parseMeasurement(text, feature) {
  const trimmed = text.trim();
  if (!trimmed) return { error: "This measurement is missing." };
  if (GROUPED.test(trimmed)) return { error: "Leave out thousands separators, as in 1866.5." };
  const value = parseNumber(trimmed.replace(",", "."));
  if (Number.isNaN(value)) return { error: "This must be a number, such as 24.86 or 24,86." };
  if (value < 0) return { error: "This can’t be below 0." };
  if (!Number.isFinite(value)) return { error: "This number is too large." };
  const integer = MAYBE_GROUPED.test(trimmed) && Number(trimmed.replace(/[.,]/, ""));
  if (integer && !inTrainingRange(value, feature) && inTrainingRange(integer, feature))
    return { error: `This may mean ${integer} or ${value}. Write ${integer}, or ${value.toFixed(4)}.` };
  return { value };
}

export const inTrainingRange = (value, { minimum, maximum }) => minimum <= value && value <= maximum;

export const formatLogOdds = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);

/** Return a probability as a percentage. None is shown as certain. */
export function formatPercent(probability) {
  if (probability < 0.001) return "below 0.1\u00a0%";
  if (probability > 0.999) return "above 99.9\u00a0%";
  return `${(100 * probability).toFixed(1)}\u00a0%`;
}

/** Return `number` with so many significant digits. */
export const round = (number, digits = 6) => Number(number.toPrecision(digits));

/** Return a probability in Python's notation. */
export function formatFloat(probability) {
  if (probability && probability < 1e-4)
    return probability.toExponential().replace(/e-(\d)$/, "e-0$1");
  return Number.isInteger(probability) ? probability.toFixed(1) : String(probability);
}

export const formatCount = (number) => number.toLocaleString("en");

export const label = ({ column }) => column[0].toUpperCase() + column.slice(1);
