import { createHash } from 'node:crypto';
import { agreedFloat } from './format-float.ts';
import type { QueryRecord, SortMode, TypeLetter } from './record.ts';

/** What an engine answered, as text. */
export interface ResultText {
  readonly rows: readonly (readonly string[])[];
  /** By column: the letter of its type, null when any will do, and whether it is floating point. */
  readonly types: readonly { readonly letter: TypeLetter | null; readonly floating: boolean }[];
}

const LINES_SHOWN = 6;

/** Returns what is wrong with a result, null when it is as expected. Floating point numbers in columns of letter R agree when twelve digits do. */
export function compareResult(record: QueryRecord, result: ResultText): string | null {
  const { types, sort, expected } = record;
  if (result.types.length !== types.length) return `${String(result.types.length)} columns, expected ${String(types.length)}`;
  const wrongType = result.types.findIndex(({ letter }, column) => letter !== null && letter !== types[column]);
  if (wrongType >= 0) {
    return `column ${String(wrongType + 1)} has a type of letter ${String(result.types[wrongType]?.letter)}, expected ${String(types[wrongType])}`;
  }
  const canonical = canonicalOf(result, types);
  const values = sortRows(canonical(result.rows), sort);
  if (expected.kind === 'hash') return compareHash(values, expected);
  const wanted = expectedRows(expected.lines, types.length);
  if (wanted === null) return `${String(expected.lines.length)} expected values do not fill rows of ${String(types.length)} columns`;
  if (wanted.length !== result.rows.length) return `${String(result.rows.length)} rows, expected ${String(wanted.length)}: ${show(values)}`;
  const wantedValues = sortRows(canonical(wanted), sort);
  if (wantedValues.join('\n') === values.join('\n')) return null;
  const at = values.findIndex((line, index) => line !== wantedValues[index]);
  return `value ${String(at + 1)} is ${String(values[at])}, expected ${String(wantedValues[at])}`;
}

/** Returns the hash by which a result may be expected.
 *  Shape: MD5 over the values in order, each followed by a line feed. */
export function hashValues(values: readonly string[]): string {
  return createHash('md5')
    .update(values.map((value) => `${value}\n`).join(''))
    .digest('hex');
}

function compareHash(values: readonly string[], { count, md5 }: { readonly count: number; readonly md5: string }): string | null {
  if (values.length !== count) return `${String(values.length)} values, expected ${String(count)}`;
  const seen = hashValues(values);
  return seen === md5 ? null : `the values hash to ${seen}, expected ${md5}`;
}

/** Numbers of floating point count with the digits that engines must agree on. */
function canonicalOf(result: ResultText, letters: readonly TypeLetter[]) {
  const isRounded = letters.map((letter, column) => letter === 'R' && result.types[column]?.floating === true);
  return (rows: readonly (readonly string[])[]) =>
    rows.map((row) => row.map((text, column) => (isRounded[column] === true ? agreedFloat(text) : text)));
}

/** One value a line, or, when every line has as many tabs as parts a row, one row a line. */
function expectedRows(lines: readonly string[], columns: number): readonly (readonly string[])[] | null {
  const rows = lines.map((line) => line.split('\t'));
  if (rows.every((row) => row.length === columns)) return rows;
  if (lines.length % columns !== 0) return null;
  return Array.from({ length: lines.length / columns }, (_, index) => lines.slice(index * columns, (index + 1) * columns));
}

/** Returns all values, row after row, in the order of the mode. */
export function sortRows(rows: readonly (readonly string[])[], sort: SortMode): readonly string[] {
  if (sort === 'valuesort') return rows.flat().sort(byText);
  if (sort === 'nosort') return rows.flat();
  return rows
    .map((row) => ({ row, text: row.join('\t') }))
    .sort((left, right) => byText(left.text, right.text))
    .flatMap(({ row }) => row);
}

function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function show(values: readonly string[]): string {
  const shown = values.slice(0, LINES_SHOWN).join(' | ');
  return values.length > LINES_SHOWN ? `${shown} ...` : shown;
}
