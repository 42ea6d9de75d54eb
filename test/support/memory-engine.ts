import {
  type Field as ArrowField,
  Field,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { arrowType, readFrames } from '../../runtime/arrow/index.ts';
import {
  type BoundQuery,
  type CostEstimate,
  type Engine,
  type EnginePlugin,
  type Expression,
  outputColumns,
  type PlanFeature,
  type PlanNode,
  PLAN_VERSION,
  PlatformError,
  type PreparedQuery,
  type Refusal,
  type RunOptions,
} from '../../spi/index.ts';

/** How the engine behaves beyond answering. */
export interface MemoryEngineOptions {
  readonly name?: string;
  readonly cpuMs?: number;
  readonly elapsedMsMin?: number;
  /** Units: rows of a record batch. */
  readonly batchRows?: number;
  /** Refuses everything with this reason. */
  readonly refusal?: string;
  /** Default ENGINE_UNSUPPORTED. */
  readonly refusalCode?: Refusal['code'];
  /** Thrown by `prepare`. */
  readonly prepareError?: PlatformError;
  /** Thrown after this many record batches. */
  readonly streamError?: { readonly afterBatches: number; readonly error: PlatformError };
  /** Awaited before the first record batch; rejects when the run is aborted. */
  readonly holdMs?: number;
  readonly statements?: readonly ('query' | 'write')[];
  /** Parts of plans that it declares beside its own; a scan has one row of NULLs. */
  readonly features?: readonly PlanFeature[];
  readonly memoryBytes?: number;
  readonly memoryBytesMax?: number;
  /** A wrong answer: rows come twice, or the first is missing. */
  readonly lie?: 'rows twice' | 'a row less';
  /** So many writes end with ENGINE_LOST, before the others. */
  readonly lostWrites?: number;
}

type Value = string | number | bigint | boolean | null;
type ValueRow = ReadonlyMap<number, Value>;

/** A real, tiny engine: constants, parameters, `generate_series` and projections, row by row. */
export function createMemoryEngine(
  options: MemoryEngineOptions = {},
): Engine & { readonly state: { running: number; pulledBatches: number } } {
  const state = { running: 0, pulledBatches: 0 };
  let writes = 0;
  return {
    state,
    capabilities: {
      statements: options.statements ?? ['query', 'write'],
      planVersion: PLAN_VERSION,
      features: ['values', 'project', 'table_function', 'parameter', 'limit', 'filter', ...(options.features ?? [])],
      functions: 'all',
      ...(options.elapsedMsMin === undefined ? {} : { elapsedMsMin: options.elapsedMsMin }),
    },
    estimate: () => Promise.resolve(estimate(options)),
    prepare: (query) => {
      if (options.prepareError !== undefined) return Promise.reject(options.prepareError);
      return Promise.resolve(prepareQuery(query, options, state));
    },
    write: async (query, staging, run) => {
      writes += 1;
      if (writes <= (options.lostWrites ?? 0)) throw new PlatformError('ENGINE_LOST', 'the process is gone');
      return [await staging.append('memory', 1, runQuery(query, options, run, state))];
    },
    health: () => Promise.resolve({ ready: true, details: { running: state.running } }),
    drain: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** The same engine as a plugin. */
export function memoryEnginePlugin(options: MemoryEngineOptions = {}): EnginePlugin {
  return {
    name: options.name ?? 'memory',
    version: '1.0.0',
    spi: '^1.0.0',
    configSchema: { type: 'object', properties: {} },
    create: () => Promise.resolve(createMemoryEngine(options)),
  };
}

function estimate(options: MemoryEngineOptions): CostEstimate | Refusal {
  if (options.refusal !== undefined) return { kind: 'refusal', code: options.refusalCode ?? 'ENGINE_UNSUPPORTED', reason: options.refusal };
  const { memoryBytes, memoryBytesMax } = options;
  return {
    kind: 'estimate',
    rows: 1,
    cpuMs: options.cpuMs ?? 1,
    startupMs: 0,
    confidence: 1,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(memoryBytesMax === undefined ? {} : { memoryBytesMax }),
  };
}

function prepareQuery(query: BoundQuery, options: MemoryEngineOptions, state: { running: number; pulledBatches: number }): PreparedQuery {
  return {
    columns: query.plan.output,
    execute: (run) => ({ frames: runQuery(query, options, run, state) }),
    close: () => Promise.resolve(),
  };
}

async function* runQuery(
  query: BoundQuery,
  options: MemoryEngineOptions,
  run: RunOptions,
  state: { running: number; pulledBatches: number },
): AsyncGenerator<Uint8Array> {
  state.running += 1;
  try {
    let batches = 0;
    const rows = lie(evaluate(query.plan.root, run), options.lie);
    if (options.holdMs !== undefined) await hold(options.holdMs, run.signal);
    yield encodeBatch(query, [])[0] as Uint8Array;
    for (let batch = take(rows, options.batchRows ?? 1000); batch.length > 0; batch = take(rows, options.batchRows ?? 1000)) {
      if (run.signal.aborted) throw run.signal.reason;
      if (options.streamError?.afterBatches === batches) throw options.streamError.error;
      await new Promise((resolve) => setImmediate(resolve));
      state.pulledBatches += 1;
      batches += 1;
      yield encodeBatch(query, batch)[1] as Uint8Array;
    }
    if (options.streamError?.afterBatches === batches) throw options.streamError.error;
  } finally {
    state.running -= 1;
  }
}

function* lie(rows: Iterable<ValueRow>, manner: MemoryEngineOptions['lie']): Generator<ValueRow> {
  let first = true;
  for (const row of rows) {
    if (manner !== 'a row less' || !first) yield row;
    if (manner === 'rows twice') yield row;
    first = false;
  }
}

function hold(holdMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const timer = setTimeout(resolve, holdMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}

function take(rows: Iterator<ValueRow>, count: number): readonly ValueRow[] {
  const taken: ValueRow[] = [];
  while (taken.length < count) {
    const next = rows.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

function encodeBatch(query: BoundQuery, rows: readonly ValueRow[]): readonly Uint8Array[] {
  const fields: ArrowField[] = query.plan.output.map(({ name, type }) => new Field(name, arrowType(type), true));
  const vectors: Vector[] = query.plan.output.map(({ id, type }) => {
    const wide = type.kind === 'bigint';
    const values = rows.map((row) => {
      const value = row.get(id) ?? null;
      if (value === null) return null;
      if (wide) return BigInt(value);
      return type.kind === 'integer' || type.kind === 'double' ? Number(value) : value;
    });
    return vectorFromArray(values, arrowType(type));
  });
  const columns = Object.fromEntries(vectors.map((vector, index) => [String(index), vector]));
  const table = rows.length === 0 ? new Table(new Schema(fields)) : new Table(columns);
  const renamed =
    rows.length === 0
      ? table
      : new Table(new Schema(fields), table.batches.map((batch) => batch.data).map((data) => data.clone(new Struct(fields))) as never);
  return readFrames(RecordBatchStreamWriter.writeAll(renamed).toUint8Array(true));
}

function* evaluate(node: PlanNode, run: RunOptions): Generator<ValueRow> {
  switch (node.kind) {
    case 'values':
      for (const row of node.rows)
        yield new Map(node.columns.map(({ id }, index) => [id, compute(row[index] as Expression, new Map(), run)]));
      return;
    case 'scan':
      yield new Map(node.columns.map(({ id }) => [id, null]));
      return;
    case 'project':
      for (const row of evaluate(node.input, run))
        yield new Map(node.columns.map(({ id, expression }) => [id, compute(expression, row, run)]));
      return;
    case 'limit': {
      let left = node.limit === null ? Infinity : Number(compute(node.limit, new Map(), run));
      for (const row of evaluate(node.input, run)) {
        if (left <= 0) return;
        left -= 1;
        yield row;
      }
      return;
    }
    case 'table_function': {
      const [start = 0, stop = 0] = node.arguments.map((argument) => Number(compute(argument, new Map(), run)));
      const id = outputColumns(node)[0]?.id ?? 0;
      for (let value = start; value <= stop; value += 1) yield new Map([[id, value]]);
      return;
    }
    default:
      throw new PlatformError('ENGINE_UNSUPPORTED', `the memory engine has no ${node.kind}`);
  }
}

function compute(expression: Expression, row: ValueRow, run: RunOptions): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'column':
      return row.get(expression.id) ?? null;
    case 'parameter':
      return run.parameters[expression.index] ?? null;
    case 'cast':
      return compute(expression.argument, row, run);
    case 'call': {
      const values = expression.arguments.map((argument) => compute(argument, row, run));
      if (expression.function === 'add') return Number(values[0]) + Number(values[1]);
      if (expression.function === 'divide' && Number(values[1]) === 0) throw new PlatformError('SQL_DIVISION_BY_ZERO', 'division by zero');
      break;
    }
    default:
  }
  throw new PlatformError('ENGINE_UNSUPPORTED', `the memory engine cannot compute this ${expression.kind}`);
}
