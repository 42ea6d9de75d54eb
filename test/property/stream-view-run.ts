import { encodeBatch } from '../../engines/stream/changelog/encode-batch.ts';
import { encodeResultSchema } from '../../engines/stream/changelog/encode-batch.ts';
import type { Batch } from '../../engines/stream/changelog/batch.ts';
import { StateReader } from '../../engines/stream/state/state-reader.ts';
import { StateWriter } from '../../engines/stream/state/state-writer.ts';
import { ViewDataflow, type ViewQuery } from '../../engines/stream/view/view-dataflow.ts';
import type { LogicalPlan, ResultColumn, ScanNode } from '../../spi/index.ts';
import { rowTexts } from './stream-run.ts';
import { batchOf, pick, type Random, randomRows, type TextRow } from './stream-tables.ts';
import { EVENT_AT } from './stream-view-plans.ts';

/** What keeps a view; a test of a fault gives its own. */
export interface ViewKernel {
  readonly ViewDataflow: typeof ViewDataflow;
}

/** Rows as text, with how often each occurs. */
export type Bag = Map<string, number>;

/** What became of the changes of a view. */
export interface ViewOutcome {
  readonly result: Bag;
  /** By scan: rows that took part. */
  readonly applied: readonly (readonly TextRow[])[];
  readonly finalRows: number;
  readonly lateRows: number;
  /** Late rows that were told, and those that had to be. */
  readonly late: Bag;
  readonly expectedLate: Bag;
}

interface Push {
  readonly scan: number;
  readonly change: 1 | -1;
  readonly rows: readonly TextRow[];
}

/** Which rows have to be late. Units: microseconds. */
export interface LateRule {
  readonly delaysUs: readonly (number | null)[];
  readonly closedSizeUs: number | null;
}

/** Keeps a view over random changes, with checkpoints and restarts from the last of them anywhere. */
export function runView(query: ViewQuery, rule: LateRule, random: Random, kernel: ViewKernel = { ViewDataflow }): ViewOutcome {
  return new ViewDriver(query, rule, random, kernel).run();
}

class ViewDriver {
  readonly #query: ViewQuery;
  readonly #rule: LateRule;
  readonly #random: Random;
  readonly #kernel: ViewKernel;
  readonly #changes: ChangeMaker;
  #view: ViewDataflow;
  #state: Uint8Array | null = null;
  /** Changes since the last checkpoint, which a restart feeds again. */
  #pending: Push[] = [];
  #final: Bag = new Map();
  #open: Bag = new Map();
  #finalRows = 0;
  #lateRows = 0;
  readonly #late: Bag = new Map();
  readonly #expectedLate: Bag = new Map();
  readonly #applied: TextRow[][];
  readonly #greatestUs: (number | null)[];

  constructor(query: ViewQuery, rule: LateRule, random: Random, kernel: ViewKernel) {
    this.#query = query;
    this.#rule = rule;
    this.#random = random;
    this.#kernel = kernel;
    this.#changes = new ChangeMaker(random, query.scans.length);
    this.#view = this.#start();
    this.#applied = query.scans.map(() => []);
    this.#greatestUs = query.scans.map(() => null);
  }

  run(): ViewOutcome {
    for (let step = 0; step < 25; step += 1) {
      const action = pick(this.#random, ['push', 'push', 'push', 'checkpoint', 'restart'] as const);
      if (action === 'push') this.#push(this.#changes.next());
      else if (action === 'checkpoint') this.#checkpoint();
      else this.#restart();
    }
    this.#checkpoint();
    const result = new Map(this.#final);
    for (const [row, count] of this.#open) add(result, row, count);
    return {
      result,
      applied: this.#applied,
      finalRows: this.#finalRows,
      lateRows: this.#lateRows,
      late: this.#late,
      expectedLate: this.#expectedLate,
    };
  }

  #start(): ViewDataflow {
    return new this.#kernel.ViewDataflow(this.#query, this.#state === null ? null : new StateReader(this.#state));
  }

  #push(push: Push): void {
    this.#pending.push(push);
    this.#feed(push);
  }

  /** Batches of any size make no difference. */
  #feed({ scan, change, rows }: Push): void {
    const batchRows = pick(this.#random, [1, 3, 1000]);
    for (let from = 0; from < rows.length; from += batchRows) {
      this.#view.push(scan, change, batchOf(rows.slice(from, from + batchRows), null, this.#view.pool));
    }
  }

  #restart(): void {
    this.#view = this.#start();
    for (const push of this.#pending) this.#feed(push);
  }

  #checkpoint(): void {
    const { final, openChanged, late } = this.#view.endBatch();
    const state = new StateWriter();
    this.#view.snapshot(state);
    if (this.#random() < 0.2) {
      // The process dies before the checkpoint is committed: it never was.
      this.#restart();
      this.#checkpoint();
      return;
    }
    this.#state = state.finish();
    for (const row of this.#texts(final, this.#query.plan.output)) {
      add(this.#final, row, 1);
      this.#finalRows += 1;
    }
    if (openChanged) this.#open = bagOf(this.#texts([...this.#view.open.batches()], this.#query.plan.output));
    for (const [scan, rows] of late.entries()) {
      this.#lateRows += rows.rowCount;
      for (const change of [1, -1] as const) {
        const texts = this.#texts([...rows.batches(change)], this.#query.scans[scan] ?? []);
        for (const row of texts) add(this.#late, `${String(scan)} ${row}`, change);
      }
    }
    this.#account();
  }

  /** Tells by the rule which of the changes were late, and moves the watermarks of the rule. */
  #account(): void {
    const watermarkUs = this.#watermarkUs();
    const before = this.#greatestUs.slice();
    for (const { scan, change, rows } of this.#pending) {
      for (const row of rows) {
        const at = eventUs(row);
        if (at !== null && change === 1) before[scan] = Math.max(before[scan] ?? -Infinity, at);
        const size = this.#rule.closedSizeUs;
        const isLate = at !== null && size !== null && watermarkUs !== null && Math.floor(at / size) * size + size <= watermarkUs;
        if (isLate) {
          const [text] = this.#texts([batchOf([row], null, this.#view.pool)], this.#query.scans[scan] ?? []);
          add(this.#expectedLate, `${String(scan)} ${text ?? ''}`, change);
        } else if (change === 1) this.#applied[scan]?.push(row);
        else removeOne(this.#applied[scan] ?? [], row);
      }
    }
    before.forEach((greatest, scan) => (this.#greatestUs[scan] = greatest));
    this.#pending = [];
  }

  #watermarkUs(): number | null {
    const watermarks = this.#rule.delaysUs.flatMap((delay, scan) => {
      const greatest = this.#greatestUs[scan] ?? null;
      return delay === null ? [] : [greatest === null ? null : greatest - delay];
    });
    return watermarks.length === 0 || watermarks.includes(null) ? null : Math.min(...watermarks.map(Number));
  }

  #texts(batches: readonly Batch[], columns: readonly ResultColumn[]): readonly string[] {
    const named = columns.map((column, index) => ({ ...column, name: `c${String(index)}` }));
    return rowTexts([encodeResultSchema(named), ...batches.map((batch) => encodeBatch(batch, named, this.#view.pool))]);
  }
}

/** Makes changes in whose rows time goes on, with some far behind; what is taken away was added before. */
class ChangeMaker {
  readonly #random: Random;
  readonly #present: TextRow[][];
  #nowS = 1_700_000_000;

  constructor(random: Random, scans: number) {
    this.#random = random;
    this.#present = Array.from({ length: scans }, () => []);
  }

  next(): Push {
    const random = this.#random;
    const scan = Math.floor(random() * this.#present.length);
    const present = this.#present[scan] ?? [];
    if (random() < 0.4 && present.length > 0) {
      const rows = Array.from({ length: Math.min(present.length, 1 + Math.floor(random() * 4)) }, () =>
        present.splice(Math.floor(random() * present.length), 1),
      ).flat();
      return { scan, change: -1, rows };
    }
    this.#nowS += pick(random, [0, 1, 8, 30]);
    const rows = randomRows(random, 1 + Math.floor(random() * 6), false).map((row) => row.with(EVENT_AT, this.#instant()));
    const repeated = random() < 0.3 ? [...rows, ...rows] : rows;
    present.push(...repeated);
    return { scan, change: 1, rows: repeated };
  }

  #instant(): string | null {
    const roll = this.#random();
    if (roll < 0.1) return null;
    const behindS = roll < 0.25 ? this.#random() * 100 : this.#random() * 8;
    return new Date(Math.floor((this.#nowS - behindS) * 1000)).toISOString().slice(0, -1).replace('T', ' ');
  }
}

function eventUs(row: TextRow): number | null {
  const text = row[EVENT_AT];
  return typeof text === 'string' ? Date.parse(`${text.replace(' ', 'T')}Z`) * 1000 : null;
}

function removeOne(rows: TextRow[], row: TextRow): void {
  const at = rows.findIndex((other) => other.every((value, column) => value === row[column]));
  if (at >= 0) rows.splice(at, 1);
}

function add(bag: Bag, row: string, count: number): void {
  const sum = (bag.get(row) ?? 0) + count;
  if (sum === 0) bag.delete(row);
  else bag.set(row, sum);
}

function bagOf(rows: readonly string[]): Bag {
  const bag: Bag = new Map();
  for (const row of rows) add(bag, row, 1);
  return bag;
}

/** Returns the plan with each scan reading a table of its own, named by its position. */
export function withOwnTables(plan: LogicalPlan): LogicalPlan {
  let position = 0;
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(copy);
    if ('kind' in value && value.kind === 'scan') {
      const scan = value as ScanNode;
      return { ...scan, table: { ...scan.table, name: `s${String(position++)}` } };
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copy(part)]));
  };
  return copy(plan) as LogicalPlan;
}
