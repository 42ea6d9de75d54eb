import { assert, type LogicalPlan, type PlanColumn, type ScanWatermark, type SessionSettings } from '../../../spi/index.ts';
import type { Batch } from '../changelog/batch.ts';
import { columnKind, gatherColumn } from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import { type ClosingWindows, Dataflow, planDataflow, traceWindows } from '../dataflow/index.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';
import { EventClock, rangeOf, splitBefore } from './event-clock.ts';
import { LateRows } from './late-rows.ts';
import { ResultMultiset } from './result-multiset.ts';

/** A query to be kept fresh. */
export interface ViewQuery {
  readonly plan: LogicalPlan;
  readonly session: SessionSettings;
  /** Columns of each scan's rows, in the order of `walkPlan`. */
  readonly scans: readonly (readonly PlanColumn[])[];
  /** By scan. */
  readonly watermarks: readonly (ScanWatermark | null)[];
}

/** What a micro-batch changed. */
export interface ViewChanges {
  /** Rows that no later change can touch. */
  readonly final: readonly Batch[];
  /** Whether the open rows are others than after the last micro-batch. */
  readonly openChanged: boolean;
  /** By scan. */
  readonly late: readonly LateRows[];
}

/** A query's dataflow with its result, event time and late rows. One micro-batch is what is pushed between two calls of `endBatch`.
 *  Guarantees: which rows are late follows from the pushes and the ends of the micro-batches alone. */
export class ViewDataflow {
  readonly #query: ViewQuery;
  readonly #dataflow: Dataflow;
  readonly #windows: ClosingWindows;
  readonly #clock: EventClock;
  readonly #result: ResultMultiset;
  /** By scan: where the instant of an event is among the columns; -1 where it is not told. */
  readonly #eventAt: readonly number[];
  /** By scan: rows before this instant are late. */
  #cutsUs: readonly (bigint | null)[] = [];
  #late: readonly LateRows[];
  #final: Batch[] = [];
  #closing = false;

  /** `snapshot` is state to go on from: what `snapshot` of a dataflow of the same query wrote.
   *  @throws ENGINE_UNSUPPORTED */
  constructor(query: ViewQuery, snapshot: StateReader | null = null) {
    this.#query = query;
    this.#windows = traceWindows(query.plan, query.watermarks);
    const planned = planDataflow(query.plan, { timeZone: query.session.timeZone }, this.#windows.aggregates);
    this.#clock = new EventClock(query.watermarks.map((watermark) => (watermark === null ? null : BigInt(watermark.delayUs))));
    this.#result = new ResultMultiset(query.plan.output.map((column) => columnKind(column.type)));
    this.#eventAt = query.scans.map((columns, scan) => columns.findIndex(({ id }) => id === query.watermarks[scan]?.columnId));
    this.#late = this.#noLateRows();
    if (snapshot !== null) {
      this.#clock.restore(snapshot);
      this.#result.restore(snapshot);
    }
    this.#dataflow = new Dataflow(planned, {
      retractions: true,
      snapshot: snapshot ?? undefined,
      sink: (batch) => {
        this.#take(batch);
      },
    });
    this.#cutsUs = this.#lateCuts();
  }

  /** The numbers of texts in batches are those of this pool. */
  get pool(): TextPool {
    return this.#dataflow.pool;
  }

  /** The open rows, as of the last micro-batch. */
  get open(): ResultMultiset {
    return this.#result;
  }

  /** By scan. Units: microseconds since 1970 UTC. */
  get watermarksUs(): readonly (bigint | null)[] {
    return this.#clock.watermarksUs;
  }

  /** Takes rows of a scan: added (1) or taken away (-1). `batch.weights` is null. */
  push(scan: number, change: 1 | -1, batch: Batch): void {
    const event = batch.columns[this.#eventAt[scan] ?? -1];
    const range = event === undefined ? null : rangeOf(event, batch.rows);
    const cutUs = this.#cutsUs[scan] ?? null;
    if (range !== null && change === 1) this.#clock.observe(scan, range.greatest);
    if (event === undefined || range === null || cutUs === null || range.least >= cutUs) {
      this.#dataflow.push(scan, weighted(batch, change));
      return;
    }
    const split = splitBefore(event, batch.rows, cutUs);
    this.#late[scan]?.add(weighted(rowsAt(batch, split.before), change));
    this.#dataflow.push(scan, weighted(rowsAt(batch, split.others), change));
  }

  /** Ends the micro-batch: works it off, moves the watermark on and closes windows. */
  endBatch(): ViewChanges {
    this.#dataflow.flush();
    this.#clock.advance();
    const { watermarkUs } = this.#clock;
    if (watermarkUs !== null) {
      this.#closing = true;
      this.#dataflow.closeWindows(watermarkUs);
      this.#closing = false;
    }
    this.#cutsUs = this.#lateCuts();
    const changes = { final: this.#final, openChanged: this.#result.settle(), late: this.#late };
    this.#final = [];
    this.#late = this.#noLateRows();
    return changes;
  }

  /** Writes all state; called after the end of a micro-batch. What is written shares memory with the dataflow. */
  snapshot(writer: StateWriter): void {
    this.#clock.snapshot(writer);
    this.#result.snapshot(writer);
    this.#dataflow.snapshot(writer);
  }

  #take(batch: Batch): void {
    this.#result.add(batch);
    if (!this.#closing) return;
    assert(
      batch.weights?.every((weight) => weight === -1) === true,
      'what windows give when they close are rows that leave the open part of the result',
    );
    this.#final.push({ ...batch, weights: null });
  }

  #noLateRows(): readonly LateRows[] {
    return this.#query.scans.map((columns) => new LateRows(columns.map((column) => columnKind(column.type))));
  }

  #lateCuts(): readonly (bigint | null)[] {
    const { watermarkUs } = this.#clock;
    return this.#windows.sizesUs.map((sizes) => (watermarkUs === null ? null : lastEnd(watermarkUs, sizes)));
  }
}

/** Returns the latest end of a window at or before the watermark. */
function lastEnd(watermarkUs: bigint, sizesUs: readonly bigint[]): bigint | null {
  let last: bigint | null = null;
  for (const sizeUs of sizesUs) {
    const end = watermarkUs - (((watermarkUs % sizeUs) + sizeUs) % sizeUs);
    if (last === null || end > last) last = end;
  }
  return last;
}

function rowsAt({ columns }: Batch, positions: Int32Array): Batch {
  return { rows: positions.length, columns: columns.map((column) => gatherColumn(column, positions)), weights: null };
}

function weighted(batch: Batch, change: 1 | -1): Batch {
  return change === 1 ? batch : { ...batch, weights: new Int8Array(batch.rows).fill(-1) };
}
