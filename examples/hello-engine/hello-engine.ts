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
  scansOf,
  walkPlan,
} from '../../spi/index.ts';
import { compilePlan } from './compile-plan.ts';
import { encodeFrames } from './encode-frames.ts';

/** What the engine says it can do. Anything else is never sent to it: the platform compares each plan with this list. */
const CAPABILITIES: EngineCapabilities = {
  statements: ['query'],
  planVersion: PLAN_VERSION,
  features: ['scan', 'scan:deletes', 'values', 'filter', 'project', 'aggregate', 'limit'],
  functions: ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'and', 'or', 'not', 'is_null', 'is_not_null', 'count_star', 'count', 'sum'],
};

/** CPU per row: rows are JavaScript values here, so this engine is slow and says so. Units: milliseconds. */
const ROW_MS = 0.002;

/** Starts the engine. It keeps nothing but the host, which is all that it gets from outside, and whether it still takes work. */
export function createHelloEngine(batchRows: number, host: EngineHost): Engine {
  let leaving = false;
  const leave = (): Promise<void> => {
    leaving = true;
    return Promise.resolve();
  };
  const refuse = (query: BoundQuery): Refusal | null =>
    leaving ? { kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason: 'it is shutting down' } : refuseQuery(query, host);
  return {
    capabilities: CAPABILITIES,
    // Refusing in `estimate` lets the platform try the next engine; the reason shows in EXPLAIN ROUTE.
    estimate: async (query) => refuse(query) ?? estimate(query, host),
    prepare: (query) => prepare(query, refuse(query), batchRows, host),
    // `write` is not among the statements that are declared, so nobody comes here unless he skips the declaration.
    write: () => Promise.reject(new PlatformError('ENGINE_UNSUPPORTED', 'the hello engine does not write')),
    health: () => Promise.resolve({ ready: !leaving, details: {} }),
    // What runs has nothing to lose here, and ends by itself.
    drain: leave,
    close: leave,
  };
}

async function estimate(query: BoundQuery, host: EngineHost): Promise<CostEstimate> {
  let rows = 0;
  walkPlan(query.plan.root, {
    node: (node) => {
      if (node.kind === 'values') rows += node.rows.length;
    },
  });
  for (const scan of scansOf(query.plan.root)) rows += (await host.tables.plan({ ...scan, columnNames: true })).rows;
  return { kind: 'estimate', rows, cpuMs: rows * ROW_MS, startupMs: 0, confidence: 0.3 };
}

function prepare(query: BoundQuery, refusal: Refusal | null, batchRows: number, host: EngineHost): Promise<PreparedQuery> {
  if (refusal !== null)
    return Promise.reject(new PlatformError(refusal.code, `the hello engine does not take the statement: ${refusal.reason}`));
  const { output, root } = query.plan;
  return Promise.resolve({
    columns: output,
    execute: (run) => ({ frames: encodeFrames(output, compilePlan(root, host.tables)(run), batchRows) }),
    close: () => Promise.resolve(),
  });
}

/** Says what the declaration cannot: features tell nothing of types, casts or groups, so compiling the plan is the last word. */
function refuseQuery(query: BoundQuery, host: EngineHost): Refusal | null {
  const undeclared = checkCapabilities(query, 'query', CAPABILITIES);
  if (undeclared !== null) return undeclared;
  try {
    compilePlan(query.plan.root, host.tables);
    return null;
  } catch (error) {
    const { code, message } = PlatformError.from(error, 'ENGINE_FAILED');
    return { kind: 'refusal', code, reason: message };
  }
}
