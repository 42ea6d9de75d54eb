import { encodeBatch, encodeResultSchema } from '../../engines/stream/changelog/encode-batch.ts';
import { Dataflow, planDataflow } from '../../engines/stream/dataflow/index.ts';
import { StateReader } from '../../engines/stream/state/state-reader.ts';
import { StateWriter } from '../../engines/stream/state/state-writer.ts';
import { readRows } from '../../runtime/arrow/index.ts';
import { openDatabase } from '../../runtime/duckdb/index.ts';
import { type LogicalPlan, outputColumns, PLAN_VERSION, PlatformError, type PlanNode, walkPlan } from '../../spi/index.ts';
import { printForTest } from '../support/print-and-run.ts';
import { batchOf, pick, type Random, tableSql, type TextRow } from './stream-tables.ts';

/** The oracle has another code for a sum that leaves its type, which it casts at last. */
const OUT_OF_RANGE: ReadonlySet<string> = new Set(['SQL_OVERFLOW', 'SQL_INVALID_VALUE']);

/** Rows as text with how often each occurs, or what went wrong. */
export type Answer = ReadonlyMap<string, number> | string;

/** The rows of the test tables. */
export type Tables = Readonly<Record<'t' | 'u', readonly TextRow[]>>;

/** How changes are fed. */
export interface Feeding {
  readonly batchRows: number;
  /** Every row also comes and goes elsewhere, in any order. */
  readonly retractions: boolean;
  /** Micro-batches end here and there, and the state is restored from a snapshot once. */
  readonly interrupted: boolean;
}

/** Returns a plan of all columns of a node, under names that differ. */
export function wholePlan(root: PlanNode): LogicalPlan {
  const output = outputColumns(root).map((column, index) => ({ ...column, name: `c${String(index)}` }));
  return { version: PLAN_VERSION, root, output };
}

/** What runs a dataflow; a test of a fault gives its own. */
export interface Kernel {
  readonly Dataflow: typeof Dataflow;
  readonly planDataflow: typeof planDataflow;
}

/** Returns the sum of weights of the changes of a plan's result. */
export function runStream(
  plan: LogicalPlan,
  tables: Tables,
  feeding: Feeding,
  random: Random,
  kernel: Kernel = { Dataflow, planDataflow },
): Answer {
  const answer = new Map<string, number>();
  const schema = encodeResultSchema(plan.output);
  const planned = kernel.planDataflow(plan, { timeZone: 'UTC' });
  const start = (snapshot?: StateReader): Dataflow =>
    new kernel.Dataflow(planned, {
      retractions: feeding.retractions || feeding.interrupted,
      snapshot,
      sink: (batch, pool) => {
        rowTexts([schema, encodeBatch({ ...batch, weights: null }, plan.output, pool)]).forEach((text, row) => {
          answer.set(text, (answer.get(text) ?? 0) + (batch.weights === null ? 1 : (batch.weights[row] ?? 0)));
        });
      },
    });
  try {
    let dataflow = start();
    let restored = false;
    for (const { scan, changes } of feed(plan, tables, feeding, random)) {
      const weights = feeding.retractions ? Int8Array.from(changes, (change) => change.weight) : null;
      const rows = changes.map((change) => change.row);
      dataflow.push(scan, batchOf(rows, weights, dataflow.pool));
      if (!feeding.interrupted || random() < 0.5) continue;
      dataflow.flush();
      if (restored || random() < 0.5) continue;
      restored = true;
      const writer = new StateWriter();
      dataflow.snapshot(writer);
      dataflow = start(new StateReader(writer.finish()));
    }
    dataflow.flush();
  } catch (error) {
    if (error instanceof PlatformError && OUT_OF_RANGE.has(error.code)) return 'out of range';
    throw error;
  }
  return new Map([...answer].filter(([, weight]) => weight !== 0));
}

interface Change {
  readonly row: TextRow;
  readonly weight: number;
}

function feed(
  plan: LogicalPlan,
  tables: Tables,
  { batchRows, retractions }: Feeding,
  random: Random,
): readonly { scan: number; changes: readonly Change[] }[] {
  const batches: { scan: number; changes: readonly Change[] }[] = [];
  let scan = 0;
  walkPlan(plan.root, {
    node: (node) => {
      if (node.kind !== 'scan') return;
      const rows = tables[node.table.name as 't' | 'u'];
      const changes = shuffle(
        rows.flatMap((row) => changesOf(row, retractions, random)),
        random,
      );
      for (let from = 0; from < changes.length; from += batchRows) batches.push({ scan, changes: changes.slice(from, from + batchRows) });
      scan += 1;
    },
  });
  return shuffle(batches, random);
}

function changesOf(row: TextRow, retractions: boolean, random: Random): readonly Change[] {
  if (!retractions) return [{ row, weight: 1 }];
  const noise = row.map((value) => (random() < 0.3 ? null : value));
  const extra = pick(random, [1, 2, 100]);
  return [
    { row, weight: extra + 1 },
    { row, weight: -extra },
    { row: noise, weight: 1 },
    { row: noise, weight: -1 },
  ];
}

function shuffle<Item>(items: readonly Item[], random: Random): readonly Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ item }) => item);
}

/** An in-memory DuckDB. */
export interface Oracle {
  load(tables: Readonly<Record<string, readonly TextRow[]>>): Promise<void>;
  answer(plan: LogicalPlan): Promise<Answer>;
  close(): Promise<void>;
}

/** Opens the partner that answers the same plans in its own way. */
export function openOracle(): Oracle {
  const database = openDatabase({ config: { threads: '1' } });
  const connection = database.connect();
  return {
    load: async (tables) => {
      for (const [name, rows] of Object.entries(tables)) for (const sql of tableSql(name, rows)) await connection.execute(sql);
    },
    answer: async (plan) => {
      try {
        const stream = await connection.stream(printForTest(plan));
        const frames = [encodeResultSchema(plan.output)];
        for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(frame);
        await stream.close();
        const answer = new Map<string, number>();
        for (const text of rowTexts(frames)) answer.set(text, (answer.get(text) ?? 0) + 1);
        return answer;
      } catch (error) {
        if (error instanceof PlatformError && OUT_OF_RANGE.has(error.code)) return 'out of range';
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** Returns the rows of frames as texts. Doubles are compared to twelve digits: sums come in another order. */
export function rowTexts(frames: readonly Uint8Array[]): readonly string[] {
  const text = (value: unknown): string => (typeof value === 'number' ? String(Number((value + 0).toPrecision(12)) + 0) : String(value));
  return readRows(frames).map((row) => Object.values(row).map(text).join('|'));
}
