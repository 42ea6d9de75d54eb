import { openSync } from 'node:fs';
import hello from '../../../examples/hello-engine/index.ts';
import olap from '../../../engines/olap/index.ts';
import type {
  BoundQuery,
  Engine,
  EnginePlugin,
  PlanNode,
  PreparedQuery,
  ResultColumn,
  RunOptions,
  WriteTransaction,
} from '../../../spi/index.ts';

/** An engine with one fault, and the check of the kit that is meant to catch it. */
export interface FaultyEngine {
  readonly id: string;
  readonly check: string;
  readonly plugin: EnginePlugin;
}

type Fault = (engine: Engine) => Partial<Engine>;

function faulty(right: EnginePlugin, fault: Fault): EnginePlugin {
  return {
    ...right,
    create: async (config, host) => {
      const engine = await right.create(config, host);
      const same: Engine = {
        capabilities: engine.capabilities,
        estimate: (query) => engine.estimate(query),
        prepare: (query) => engine.prepare(query),
        write: (query, staging, run) => engine.write(query, staging, run),
        health: () => engine.health(),
        drain: (timeoutMs) => engine.drain(timeoutMs),
        close: () => engine.close(),
      };
      return { ...same, ...fault(engine) };
    },
  };
}

/** Sends the engine another query than it was given. */
const otherQuery =
  (change: (query: BoundQuery) => BoundQuery): Fault =>
  (engine) => ({ prepare: (query) => engine.prepare(change(query)) });

const otherRoot = (change: (root: PlanNode) => PlanNode): Fault =>
  otherQuery((query) => ({ ...query, plan: { ...query.plan, root: change(query.plan.root) } }));

/** Gives other frames than the engine does. */
const otherFrames =
  (change: (frames: (run: RunOptions) => AsyncIterable<Uint8Array>, run: RunOptions) => AsyncIterable<Uint8Array>): Fault =>
  (engine) => ({
    prepare: async (query): Promise<PreparedQuery> => {
      const prepared = await engine.prepare(query);
      return {
        ...prepared,
        close: () => prepared.close(),
        execute: (run) => ({ frames: change((given) => prepared.execute(given).frames, run) }),
      };
    },
  });

const otherColumns =
  (change: (column: ResultColumn) => ResultColumn): Fault =>
  (engine) => ({
    prepare: async (query): Promise<PreparedQuery> => {
      const prepared = await engine.prepare(query);
      return { columns: prepared.columns.map(change), execute: (run) => prepared.execute(run), close: () => prepared.close() };
    },
  });

async function* withoutThirdBatch(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let number = 0;
  for await (const frame of frames) {
    number += 1;
    if (number !== 4) yield frame;
  }
}

async function* endingAtErrors(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* frames;
  } catch {
    // The fault: whoever reads takes this for the end.
  }
}

async function* allAtOnce(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const kept: Uint8Array[] = [];
  for await (const frame of frames) kept.push(frame);
  yield* kept;
}

function nullsElsewhere(node: PlanNode): PlanNode {
  if (node.kind === 'sort') return { ...node, keys: node.keys.map((key) => ({ ...key, nullsFirst: !key.nullsFirst })) };
  return node.kind === 'project' ? { ...node, input: nullsElsewhere(node.input) } : node;
}

function unsorted(node: PlanNode): PlanNode {
  if (node.kind === 'sort') return { ...node, keys: node.keys.map((key) => ({ ...key, descending: !key.descending })) };
  return node.kind === 'project' ? { ...node, input: unsorted(node.input) } : node;
}

/** Reads each table as it was when the engine first met it. */
function staleSnapshots(): Fault {
  const first = new Map<string, string>();
  return otherQuery((query) => {
    const text = JSON.stringify(query, (_key, value: unknown) => {
      const scan = value as { kind?: unknown; table?: { uuid: string }; snapshotId?: string | null } | null;
      if (typeof value !== 'object' || scan?.kind !== 'scan' || scan.table === undefined || typeof scan.snapshotId !== 'string')
        return value;
      const snapshotId = first.get(scan.table.uuid) ?? scan.snapshotId;
      first.set(scan.table.uuid, snapshotId);
      return { ...scan, snapshotId };
    });
    return JSON.parse(text) as BoundQuery;
  });
}

const lessScale = (column: ResultColumn): ResultColumn =>
  column.type.kind === 'decimal' && column.type.scale > 0 ? { ...column, type: { ...column.type, scale: column.type.scale - 1 } } : column;

const wider = (column: ResultColumn): ResultColumn => (column.type.kind === 'integer' ? { ...column, type: { kind: 'bigint' } } : column);

/** The faulty engines: each breaks one promise of the contract. */
export const FAULTY_ENGINES: readonly FaultyEngine[] = [
  { id: 'wrong-null-order', check: 'truth.order', plugin: faulty(olap, otherRoot(nullsElsewhere)) },
  { id: 'lost-order', check: 'truth.order', plugin: faulty(olap, otherRoot(unsorted)) },
  {
    id: 'lost-batch',
    check: 'truth.features',
    plugin: faulty(
      hello,
      otherFrames((frames, run) => withoutThirdBatch(frames(run))),
    ),
  },
  {
    id: 'shorter-result-after-error',
    check: 'conduct.failure',
    plugin: faulty(
      hello,
      otherFrames((frames, run) => endingAtErrors(frames(run))),
    ),
  },
  {
    id: 'ignored-cancel',
    check: 'conduct.cancel',
    plugin: faulty(
      olap,
      otherFrames((frames, run) => frames({ ...run, signal: new AbortController().signal })),
    ),
  },
  {
    id: 'ignored-credits',
    check: 'conduct.credits',
    plugin: faulty(
      hello,
      otherFrames((frames, run) => allAtOnce(frames(run))),
    ),
  },
  {
    id: 'double-commit',
    check: 'conduct.write',
    plugin: faulty(olap, (engine) => ({
      write: async (query, staging, run) => {
        const fragments = await engine.write(query, staging, run);
        // The host hands over its transaction, of which an engine may use the staging area only.
        await (staging as WriteTransaction).commit(fragments, 'own');
        return fragments;
      },
    })),
  },
  { id: 'wrong-type', check: 'shape.columns', plugin: faulty(hello, otherColumns(wider)) },
  { id: 'stale-snapshot', check: 'truth.snapshots', plugin: faulty(olap, staleSnapshots()) },
  {
    id: 'leaked-handle',
    check: 'conduct.leaving',
    plugin: faulty(
      hello,
      otherFrames((frames, run) => {
        openSync('/dev/null', 'r');
        return frames(run);
      }),
    ),
  },
  {
    id: 'lying-estimate',
    check: 'conduct.estimates',
    plugin: faulty(olap, (engine) => ({
      estimate: async (query) => {
        const estimate = await engine.estimate(query);
        return estimate.kind === 'refusal' ? estimate : { ...estimate, rows: estimate.rows * 1000 + 1000, confidence: 1 };
      },
    })),
  },
  { id: 'wrong-decimal-scale', check: 'truth.types', plugin: faulty(olap, otherColumns(lessScale)) },
  {
    id: 'undeclared-feature',
    check: 'shape.undeclared',
    plugin: faulty(olap, (engine) => ({
      capabilities: { ...engine.capabilities, features: engine.capabilities.features.filter((name) => name !== 'window') },
    })),
  },
  {
    id: 'dropped-time-zone',
    check: 'truth.time-zones',
    plugin: faulty(
      olap,
      otherQuery((query) => ({ ...query, session: { ...query.session, timeZone: 'UTC' } })),
    ),
  },
];
