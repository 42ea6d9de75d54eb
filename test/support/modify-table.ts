import { readRows } from '../../runtime/arrow/index.ts';
import type { BindContext, BoundStatement } from '../../sql/bind/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import type { Statement } from '../../sql/ast/index.ts';
import { EngineTraces } from '../../sql-gateway/engine/trace/engine-traces.ts';
import { TURN_TAKEN } from '../../sql-gateway/query/admission.ts';
import { type executeModification, isModification } from '../../sql-gateway/query/execute-modification.ts';
import { createQueryRegistry } from '../../sql-gateway/query/query-registry.ts';
import type { StatementContext } from '../../sql-gateway/query/statement-context.ts';
import type { StatementOutcome } from '../../sql-gateway/query/statement-request.ts';
import { createRouter } from '../../sql-gateway/route/create-router.ts';
import { openDemotions } from '../../sql-gateway/route/demotions.ts';
import { createMemorySettingStore } from './memory-setting-store.ts';
import { assert, type CommitResult, PlatformError } from '../../spi/index.ts';
import type { DuckdbTable } from './duckdb-table.ts';
import { createSilentLog } from './silent-log.ts';

/** What runs a statement: the product, or a copy of it with a fault. */
export interface Modifier {
  readonly bind: (statement: Statement, context: BindContext) => Promise<BoundStatement>;
  readonly execute: typeof executeModification;
}

/** Runs DELETE, UPDATE or TRUNCATE over a table of the test database, as the gateway does. */
export async function modifyTable(
  modifier: Modifier,
  table: DuckdbTable,
  text: string,
  idempotencyKey: string | null = null,
): Promise<Pick<CommitResult, 'rows' | 'snapshotId' | 'repeated' | 'changes'>> {
  const log = createSilentLog();
  const engine = { name: 'test', version: '1', engine: table.engine };
  const engines: StatementContext['engines'] = {
    traces: new EngineTraces(),
    engines: [engine, { ...engine, name: 'other' }],
    enginesFor: () => engines.engines,
    get: () => engine,
    check: () => undefined,
    status: () => Promise.resolve([]),
    drain: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const rules = { list: () => [], put: () => Promise.resolve(), drop: () => Promise.resolve() };
  const record = createQueryRegistry({ historyMax: 1, onEnd: () => undefined }).open('tester', text);
  const rebind = (): Promise<BoundStatement> =>
    modifier.bind(parseStatement(text), {
      text,
      catalog: table.catalog,
      principal: { user: 'tester' },
      schema: 'main',
      timeZone: 'UTC',
      startedAtUs: '1767312000000000',
      parameters: [],
      virtualRelation: () => Promise.resolve(null),
    });
  const session = { schema: null, timeZone: null, engine: null, timeoutMs: null, resultCache: null };
  const context = {
    catalog: table.catalog,
    tables: table.source,
    sink: table.sink,
    engines,
    router: createRouter({ engines, rules, demotions: await openDemotions(createMemorySettingStore()), catalog: table.catalog, log }),
    cache: { entryBytesMax: 0 },
    outside: null,
    shadow: { watch: (outcome: StatementOutcome) => outcome },
    log,
    record,
    request: { sql: text, parameters: [], session, timeoutMs: null, principal: { user: 'tester' }, idempotencyKey },
    deadlineAtMs: null,
    durable: null,
    turn: TURN_TAKEN,
    parametersOf: () => [],
    rebind,
  } as unknown as StatementContext;
  const statement = await rebind();
  if (!isModification(statement)) throw new PlatformError('INTERNAL_INVARIANT', `not a modification: ${text}`);
  const outcome = await modifier.execute(statement, context);
  const frames: Uint8Array[] = [];
  for await (const frame of outcome.frames) frames.push(frame);
  const [row] = readRows(frames);
  assert(row !== undefined, 'the answer is one row');
  const [inserted, updated, deleted] = [Number(row['inserted']), Number(row['updated']), Number(row['deleted'])];
  const changes = 'inserted' in row ? { changes: { inserted, updated, deleted } } : {};
  return { rows: Number(row['rows']), snapshotId: row['snapshot_id'] as string, repeated: row['repeated'] === true, ...changes };
}
