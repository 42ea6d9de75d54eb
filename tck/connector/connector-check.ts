import type { CheckOutcome } from '../check/check.ts';
import type { ConnectorSubject } from './subject.ts';

/** One promise of the contract of connectors. */
export interface ConnectorCheck {
  readonly id: string;
  /** What holds, as a sentence. */
  readonly title: string;
  run(subject: ConnectorSubject): Promise<CheckOutcome>;
}

/** Where the contract is told. */
export const READ_ON = 'docs/connectors.md#writing-one';

/** Returns what differs between two lists of rows, in whatever order; null for nothing. */
export function rowsDiffer(seen: readonly string[], wanted: readonly string[]): string | null {
  const [missing, added] = [rowsWithout(wanted, seen), rowsWithout(seen, wanted)];
  if (missing.length === 0 && added.length === 0) return null;
  const example = missing[0] === undefined ? `too much: ${String(added[0])}` : `missing: ${missing[0]}`;
  return `${String(seen.length)} rows, ${String(missing.length)} missing and ${String(added.length)} too many; ${example.slice(0, 300)}`;
}

/** Returns the rows of the first list that the second does not have, or not as often. */
export function rowsWithout(rows: readonly string[], among: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const row of among) left.set(row, (left.get(row) ?? 0) + 1);
  return rows.filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
}
