import {
  type BoundQuery,
  checkCapabilities,
  type CostEstimate,
  type Engine,
  type EngineCapabilities,
  type EngineHost,
  PLAN_VERSION,
  PlatformError,
  type PreparedQuery,
  type Refusal,
  type RunOptions,
  type ScanColumn,
  scansOf,
} from '../../spi/index.ts';
import { copyOut } from './copy-out.ts';
import { RowDecoder } from './decode-rows.ts';
import { postgresError } from './postgres-error.ts';
import { openPool, type PostgresPool } from './postgres-pool.ts';
import { printPlan } from './print-plan.ts';

/** Rows that PostgreSQL reads in a millisecond, about. */
const ROWS_PER_MS = 2000;

/** Starts an engine for statements whose tables all lie in one PostgreSQL database, which is connected as a catalog too. */
export function createPostgresEngine(config: Readonly<Record<string, string | number | boolean>>, host: EngineHost): Engine {
  const catalog = String(config['catalog']);
  const pool = openPool(config, Number(config['connections']), { catalog, log: host.log });
  let leaving = false;
  const refuse = (query: BoundQuery): Refusal | null =>
    leaving ? { kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason: 'it is shutting down' } : refusalOf(query, catalog);
  return {
    capabilities: capabilitiesOf(catalog),
    estimate: async (query) => refuse(query) ?? estimate(query, host),
    prepare: (query) => {
      const refusal = refuse(query);
      if (refusal !== null)
        return Promise.reject(new PlatformError(refusal.code, `PostgreSQL does not take the statement: ${refusal.reason}`));
      return Promise.resolve(prepare(query, catalog, pool));
    },
    write: () => Promise.reject(new PlatformError('ENGINE_UNSUPPORTED', 'the engine over PostgreSQL does not write')),
    health: async () => {
      const client = await pool.connect().catch((error: unknown) => postgresError(catalog, error));
      if (client instanceof PlatformError) return { ready: false, details: { error: client.message } };
      client.release();
      return { ready: !leaving, details: {} };
    },
    drain: () => {
      leaving = true;
      return Promise.resolve();
    },
    close: async () => {
      leaving = true;
      await pool.end();
    },
  };
}

function capabilitiesOf(catalog: string): EngineCapabilities {
  return {
    statements: ['query'],
    planVersion: PLAN_VERSION,
    features: [
      'scan',
      'filter',
      'project',
      'aggregate',
      'aggregate:distinct',
      'sort',
      'limit',
      'join',
      'join:inner',
      'join:left',
      'join:cross',
    ],
    functions: [
      'eq',
      'ne',
      'lt',
      'le',
      'gt',
      'ge',
      'and',
      'or',
      'not',
      'is_null',
      'is_not_null',
      'count_star',
      'count',
      'sum',
      'min',
      'max',
    ],
    sources: [catalog],
  };
}

/** Printing the plan is the last word on whether PostgreSQL takes it. */
function refusalOf(query: BoundQuery, catalog: string): Refusal | null {
  const undeclared = checkCapabilities(query, 'query', capabilitiesOf(catalog));
  if (undeclared !== null) return undeclared;
  if (scansOf(query.plan.root).length === 0)
    return { kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason: 'it reads no table of PostgreSQL' };
  try {
    printPlan(query.plan, catalog);
    return null;
  } catch (error) {
    const { code, message } = PlatformError.from(error, 'ENGINE_FAILED');
    return { kind: 'refusal', code, reason: message };
  }
}

async function estimate(query: BoundQuery, host: EngineHost): Promise<CostEstimate> {
  let rows = 0;
  for (const scan of scansOf(query.plan.root)) rows += (await host.tables.plan(scan)).rows;
  return { kind: 'estimate', rows, cpuMs: rows / ROWS_PER_MS, startupMs: 1, confidence: 0.2 };
}

function prepare({ plan }: BoundQuery, catalog: string, pool: PostgresPool): PreparedQuery {
  const sql = printPlan(plan, catalog);
  const columns = plan.output.map((column, index): ScanColumn => ({ ...column, id: index + 1, fieldId: index + 1 }));
  return {
    columns: plan.output,
    execute: (run) => ({ frames: execute(sql, columns, { catalog, pool, run }) }),
    close: () => Promise.resolve(),
  };
}

async function* execute(
  sql: string,
  columns: readonly ScanColumn[],
  { catalog, pool, run: { signal, deadlineAtMs } }: { readonly catalog: string; readonly pool: PostgresPool; readonly run: RunOptions },
): AsyncGenerator<Uint8Array> {
  const check = (): void => {
    if (signal.aborted) throw PlatformError.from(signal.reason, 'ENGINE_CANCELLED');
    if (deadlineAtMs !== null && Date.now() > deadlineAtMs)
      throw new PlatformError('RESOURCE_DEADLINE', 'the statement ran past its time limit');
  };
  check();
  const decoder = new RowDecoder(columns);
  const client = await pool.connect();
  let held = true;
  const release = (destroy: boolean): void => {
    if (held) client.release(destroy);
    held = false;
  };
  let clean = false;
  // A statement that sends nothing yet is ended by its connection.
  const stop = (): void => {
    release(true);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    check();
    await client.query('BEGIN READ ONLY');
    yield decoder.schemaMessage;
    for await (const batch of copyOut(client, `COPY (${sql}) TO STDOUT (FORMAT binary)`, decoder)) {
      check();
      yield batch;
    }
    await client.query('COMMIT');
    clean = true;
  } catch (error) {
    check();
    throw postgresError(catalog, error);
  } finally {
    signal.removeEventListener('abort', stop);
    release(!clean);
  }
}
