import type { Answer, Cell } from './duckdb-answers.ts';

type Row = readonly Cell[];

/** Units: the part of the reference's value by which a floating-point number may be off. */
const RELATIVE_ERROR_MAX = 1e-9;

/** Returns how an answer differs from the reference, or null when it does not: the same rows as a bag, and the same sequence of sort keys.
 *  `order` lists the result columns by which the rows are ordered, the first first.
 *  Guarantees: exact for everything but floating point, which is told by the reference's cells. */
export function differenceOf(reference: Answer, answer: Answer, order: readonly number[]): string | null {
  if (reference.columns !== answer.columns) return `${answer.columns} columns in place of ${reference.columns}`;
  if (reference.rows.length !== answer.rows.length) return `${answer.rows.length} rows in place of ${reference.rows.length}`;
  const ours = inFormOf(reference, answer);
  return (
    firstDifference(keysOf(reference.rows, order), keysOf(ours, order), 'sort key of row') ??
    firstDifference(sorted(reference.rows), sorted(ours), 'sorted row')
  );
}

/** As `differenceOf` for an answer that LIMIT cuts: which of the rows with the last sort key it holds is left open, but all of them are rows of the uncut answer. */
export function differenceUnderLimit(reference: Answer, answer: Answer, uncut: Answer, order: readonly number[]): string | null {
  if (reference.rows.length !== answer.rows.length) return `${answer.rows.length} rows in place of ${reference.rows.length}`;
  const ours = inFormOf(reference, answer);
  const [lastKey = []] = keysOf(reference.rows.slice(-1), order);
  const isTied = (row: Row): boolean => lastKey.every((cell, index) => sameCell(cell, row[order[index] ?? -1]));
  const difference =
    firstDifference(keysOf(reference.rows, order), keysOf(ours, order), 'sort key of row') ??
    firstDifference(sorted(reference.rows.filter((row) => !isTied(row))), sorted(ours.filter((row) => !isTied(row))), 'sorted row');
  if (difference !== null) return difference;
  const tied = uncut.rows.filter(isTied);
  const stranger = ours.filter(isTied).find((row) => !takeRow(tied, row));
  return stranger === undefined ? null : `a row that is not in the uncut answer: ${JSON.stringify(stranger)}`;
}

/** Returns the answer's rows with numbers where the reference has numbers, and with text elsewhere. */
function inFormOf(reference: Answer, answer: Answer): Row[] {
  const approximate = Array.from({ length: reference.columns }, (_, column) =>
    reference.rows.some((row) => typeof row[column] === 'number'),
  );
  return answer.rows.map((row) =>
    row.map((cell, column) => {
      if (cell === null) return null;
      return approximate[column] === true ? Number(cell) : String(cell);
    }),
  );
}

function keysOf(rows: readonly Row[], order: readonly number[]): Row[] {
  return rows.map((row) => order.map((column) => row[column] ?? null));
}

function takeRow(rows: Row[], wanted: Row): boolean {
  const index = rows.findIndex((row) => row.every((cell, column) => sameCell(cell, wanted[column])));
  if (index >= 0) rows.splice(index, 1);
  return index >= 0;
}

function firstDifference(reference: readonly Row[], ours: readonly Row[], what: string): string | null {
  if (reference.length !== ours.length) return `${ours.length} rows ahead of the last sort key in place of ${reference.length}`;
  for (const [index, row] of reference.entries()) {
    const other = ours[index] ?? [];
    const column = row.findIndex((cell, position) => !sameCell(cell, other[position]));
    if (column >= 0) {
      return `${what} ${index + 1}, column ${column + 1}: ${JSON.stringify(other[column])} in place of ${JSON.stringify(row[column])}`;
    }
  }
  return null;
}

function sameCell(reference: Cell, ours: Cell | undefined): boolean {
  if (typeof reference !== 'number' || typeof ours !== 'number') return reference === ours;
  return Object.is(reference, ours) || Math.abs(reference - ours) <= RELATIVE_ERROR_MAX * Math.abs(reference);
}

/** Rows ordered by their exact cells and then by their numbers, so that rounding does not bring unlike rows beside each other. */
function sorted(rows: readonly Row[]): Row[] {
  const keyed = rows.map((row) => ({
    row,
    exact: JSON.stringify(row.map((cell) => (typeof cell === 'number' ? 0 : cell))),
    numbers: row.filter((cell) => typeof cell === 'number'),
  }));
  keyed.sort((left, right) => compareTexts(left.exact, right.exact) || compareNumbers(left.numbers, right.numbers));
  return keyed.map(({ row }) => row);
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function compareNumbers(left: readonly number[], right: readonly number[]): number {
  const index = left.findIndex((value, position) => value !== right[position]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}
