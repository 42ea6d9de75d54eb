import { type Fragment, PlatformError } from '../../spi/index.ts';
import { sumRows } from './find-affected-files.ts';

/** Rows that are neither meant nor there afterwards would be lost, so the commit is refused.
 *  @throws SQL_UNSUPPORTED when the fragments have not the rows expected */
export function checkRows(fragments: readonly Fragment[], expected: number): void {
  const written = sumRows(fragments.flatMap((fragment) => fragment.files));
  if (written === expected) return;
  const message = `The condition chose other rows when the files were written: ${String(written)} rows were left, not ${String(expected)}. Nothing was changed.`;
  throw new PlatformError('SQL_UNSUPPORTED', message, { hint: 'Give a subquery with LIMIT an ORDER BY that leaves no choice.' });
}
