import { PlatformError } from '../../spi/index.ts';

/** Short texts by name, to find jobs by. */
export type JobLabels = Readonly<Record<string, string>>;

/** Units: labels of one job. */
export const LABELS_MAX = 32;

/** Units: characters of a label's text. */
export const LABEL_LENGTH_MAX = 200;

const KEY = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;

/** Checks labels. @throws REQUEST_INVALID */
export function checkLabels(given: unknown): JobLabels {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalid("'labels' must be an object of texts by name.");
  const labels = Object.entries(given);
  if (labels.length > LABELS_MAX) throw invalid(`A job takes at most ${String(LABELS_MAX)} labels.`);
  return Object.fromEntries(labels.map(([key, value]) => checkLabel(key, value)));
}

/** Reads `name:text`. @throws REQUEST_INVALID */
export function parseLabel(given: string): readonly [string, string] {
  const colon = given.indexOf(':');
  if (colon < 0) throw invalid(`The label '${given.slice(0, 100)}' must have the form name:text.`);
  return checkLabel(given.slice(0, colon), given.slice(colon + 1));
}

/** Returns labels in the order of their names. */
export function sortedLabels(labels: JobLabels): readonly (readonly [string, string])[] {
  return Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1));
}

function checkLabel(key: string, value: unknown): readonly [string, string] {
  if (!KEY.test(key)) {
    throw invalid(
      `The name '${key.slice(0, 100)}' of a label must have 1 to 63 letters, digits and . _ / -, the first of them a letter or a digit.`,
    );
  }
  const isText = typeof value === 'string' && value.isWellFormed() && value.length <= LABEL_LENGTH_MAX && !/\p{Cc}/u.test(value);
  if (isText) return [key, value];
  throw invalid(`The label '${key}' must be a text of at most ${String(LABEL_LENGTH_MAX)} characters, without control characters.`);
}

function invalid(message: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', message);
}
