import { createHash } from 'node:crypto';
import { type BoundQuery, readsStatementTime } from '../../../spi/index.ts';
import type { ParameterInput } from '../../duckdb/query-message.ts';
import type { BatchConfig } from '../batch-config.ts';
import type { PlannedInputs } from '../plan-inputs.ts';

/** Raised when tasks of the same name would do something else than before. */
const LAYOUT = 2;

/** Returns a text that is equal for executions whose tasks do the same: same plan, values, session, files and manner of cutting. */
export function executionIdentity(
  query: BoundQuery,
  planned: PlannedInputs,
  parameters: readonly ParameterInput[],
  config: BatchConfig,
  goal: 'query' | 'write',
): string {
  const facts = {
    layout: LAYOUT,
    goal,
    plan: query.plan,
    parameters,
    timeZone: query.session.timeZone,
    startedAtUs: readsStatementTime(query.plan) ? query.session.startedAtUs : null,
    files: [...planned.inputs.values()].map(({ files, deletes }) => [files, deletes ?? null]),
    cut: [config.executors, config.taskBytesTarget, config.broadcastBytesMax, config.wholeBytesMax],
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
