import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import type { StatementContext } from './statement-context.ts';

/** Runs of a statement that loses its files to other writers, each on the newest snapshot. */
const ATTEMPTS_MAX = 10;

/** How a statement begins anew. */
export interface AnewRules<Statement> {
  /** Units: milliseconds; the longest pause after the n-th lost run is n times this. */
  readonly pauseMs: number;
  /** Returns the statement as it is bound now; null when another run would find what this one found. */
  readonly next: (bound: BoundStatement, lost: Statement) => Statement | null;
}

/** Runs a statement, and again on the newest snapshot for as long as another writer was faster.
 *  @throws STORAGE_CONFLICT when it has lost too often, what `run` throws */
export async function beginAnew<Statement, Outcome>(
  statement: Statement,
  context: StatementContext,
  run: (current: Statement) => Promise<Outcome>,
  { pauseMs, next }: AnewRules<Statement>,
): Promise<Outcome> {
  let current = statement;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run(current);
    } catch (error) {
      const isConflict = error instanceof PlatformError && error.code === 'STORAGE_CONFLICT';
      if (!isConflict || attempt === ATTEMPTS_MAX) throw error;
      await sleep(Math.random() * pauseMs * attempt);
      context.record.signal.throwIfAborted();
      const bound = next(await context.rebind(), current);
      if (bound === null) throw error;
      current = bound;
    }
  }
}
