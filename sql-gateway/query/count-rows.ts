import { assert, type BoundQuery } from '../../spi/index.ts';
import { readRows } from '../../runtime/arrow/index.ts';
import type { QueryHints } from '../../sql/bind/index.ts';
import { executeFresh } from './execute-fresh.ts';
import type { StatementContext } from './statement-context.ts';

/** Runs a query of one row and one whole number by an engine, and returns the number. */
export async function countRows(query: BoundQuery, hints: QueryHints, context: StatementContext): Promise<number> {
  const [count] = await countAll(query, hints, context);
  assert(count !== undefined, 'a count is one column');
  return count;
}

/** Like `countRows`, of one row of several whole numbers. */
export async function countAll(query: BoundQuery, hints: QueryHints, context: StatementContext): Promise<readonly number[]> {
  const outcome = await executeFresh(query, hints, context);
  try {
    const frames: Uint8Array[] = [];
    for await (const frame of outcome.frames) frames.push(frame);
    const [row] = readRows(frames);
    return Object.values(row ?? {}).map((count) => {
      assert(typeof count === 'bigint', 'a count is a bigint');
      return Number(count);
    });
  } finally {
    await outcome.close();
  }
}
