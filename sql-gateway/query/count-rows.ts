import { assert, type BoundQuery } from '../../spi/index.ts';
import { readRows } from '../../runtime/arrow/index.ts';
import type { QueryHints } from '../../sql/bind/index.ts';
import { executeQuery } from './execute-query.ts';
import type { StatementContext } from './statement-context.ts';

/** Runs a query of one row and one whole number by an engine, and returns the number. Stored results and views have no say in it. */
export async function countRows(query: BoundQuery, hints: QueryHints, context: StatementContext): Promise<number> {
  const { request } = context;
  const session = { ...request.session, resultCache: 'off', freshViews: 'off' } as const;
  const outcome = await executeQuery({ query, hints }, { ...context, request: { ...request, session } });
  try {
    const frames: Uint8Array[] = [];
    for await (const frame of outcome.frames) frames.push(frame);
    const [row] = readRows(frames);
    const count = Object.values(row ?? {})[0];
    assert(typeof count === 'bigint', 'a count is one bigint');
    return Number(count);
  } finally {
    await outcome.close();
  }
}
