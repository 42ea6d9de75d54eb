import { type EncodedColumn, encodeRows } from '../../runtime/arrow/index.ts';

/** Two answers to one query. It may cross to a worker thread. */
export interface ComparisonTask {
  readonly columns: readonly EncodedColumn[];
  /** Arrow IPC messages, schema first. */
  readonly left: readonly Uint8Array[];
  readonly right: readonly Uint8Array[];
  /** Positions of columns whose values come in the same order in both. */
  readonly orderedBy: readonly number[];
}

/** Sums of floating-point numbers depend on their order: numbers closer than this, relative to their size, are the same. */
const TOLERANCE = 1e-9;
const REAL_TOLERANCE = 1e-4;

/** Units: characters of a row that is shown. */
const SHOWN_LENGTH = 200;

/** Compares two answers as multisets of rows, and the order of the columns named.
 *  Returns null when they are the same, else what differs, for people. */
export function compareResults(task: ComparisonTask): string | null {
  const [left, right] = [linesOf(task.columns, task.left), linesOf(task.columns, task.right)];
  const onlyLeft = subtract(left, right);
  const onlyRight = subtract(right, left);
  if (onlyLeft.length !== onlyRight.length || !areClose(onlyLeft, onlyRight, task.columns)) {
    return [`${String(left.length)} and ${String(right.length)} rows`, tell('the first', onlyLeft), tell('the second', onlyRight)]
      .filter((part) => part !== '')
      .join('; ');
  }
  const place = firstDisorder(left, right, task.orderedBy);
  return place === null ? null : `the same rows in another order from row ${String(place + 1)} on`;
}

function tell(whose: string, lines: readonly string[]): string {
  const [first] = lines;
  return first === undefined ? '' : `${String(lines.length)} only by ${whose}, such as ${first.slice(0, SHOWN_LENGTH)}`;
}

function linesOf(columns: readonly EncodedColumn[], [schema, ...frames]: readonly Uint8Array[]): readonly string[] {
  if (schema === undefined) return [];
  // Numbered names: no two are alike, and none looks like a number, which would change its place.
  const named = columns.map(({ type }, index) => ({ name: `c${String(index)}`, type }));
  const decoder = new TextDecoder();
  return frames.flatMap((frame) =>
    decoder
      .decode(encodeRows({ format: 'ndjson', columns: named, schema, frame, first: true }))
      .split('\n')
      .filter((line) => line !== ''),
  );
}

/** Returns the lines that the others do not have as often. */
function subtract(lines: readonly string[], others: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count - 1);
    return count <= 0;
  });
}

/** Whether rows are the same but for the last digits of floating-point numbers: the others are equal, and the numbers in their order are close. */
function areClose(left: readonly string[], right: readonly string[], columns: readonly EncodedColumn[]): boolean {
  const tolerances = columns.map(({ type }) => (type === 'double' ? TOLERANCE : type === 'real' ? REAL_TOLERANCE : null));
  if (left.length > 0 && tolerances.every((tolerance) => tolerance === null)) return false;
  const isInexact = (value: string, index: number): boolean => tolerances[index] !== null && value !== 'null' && !value.startsWith('"');
  const exact = (row: readonly string[]): string => row.map((value, index) => (isInexact(value, index) ? 'number' : value)).join();
  const order = (lines: readonly string[]): readonly (readonly string[])[] =>
    lines.map(splitValues).sort((one, other) => compareTexts(exact(one), exact(other)) || compareNumbers(one, other));
  const others = order(right);
  return order(left).every((row, place) => {
    const other = others[place] ?? [];
    const close = (value: string, index: number): boolean => isClose(Number(value), Number(other[index]), tolerances[index] ?? 0);
    return exact(row) === exact(other) && row.every((value, index) => !isInexact(value, index) || close(value, index));
  });
}

/** Splits a line into the texts of its values: parsing would take the last digits from large numbers. */
function splitValues(line: string): readonly string[] {
  const values: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '"') index = endOfText(line, index);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === ':' && depth === 1) from = index + 1;
    if ((character === ',' && depth === 1) || (character === '}' && depth === 0)) values.push(line.slice(from, index));
  }
  return values;
}

function endOfText(line: string, start: number): number {
  let index = start + 1;
  while (index < line.length && line[index] !== '"') index += line[index] === '\\' ? 2 : 1;
  return index;
}

function isClose(left: number, right: number, tolerance: number): boolean {
  return left === right || Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
}

function compareNumbers(left: readonly string[], right: readonly string[]): number {
  for (const [index, value] of left.entries()) {
    const difference = Number(value) - Number(right[index]);
    if (!Number.isNaN(difference) && difference !== 0) return difference;
  }
  return 0;
}

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Returns the first row whose ordered columns differ; null when none do. */
function firstDisorder(left: readonly string[], right: readonly string[], orderedBy: readonly number[]): number | null {
  if (orderedBy.length === 0) return null;
  const keyOf = (line: string): string => {
    const row = splitValues(line);
    return orderedBy.map((position) => row[position] ?? '').join();
  };
  const place = left.findIndex((line, index) => line !== right[index] && keyOf(line) !== keyOf(right[index] ?? ''));
  return place < 0 ? null : place;
}
