import { assert, type PlanColumn, type ResultColumn } from '../../../spi/index.ts';
import type {
  CheckpointAnswer,
  CheckpointMessage,
  Handler,
  Json,
  PushMessage,
  RowsMessage,
  ServeContext,
} from '../../../runtime/process/index.ts';
import type { Batch } from '../changelog/batch.ts';
import { encodeBatch, encodeResultSchema } from '../changelog/encode-batch.ts';
import { FrameReader } from '../changelog/frame-reader.ts';
import { explainFailure } from '../explain-failure.ts';
import { StateWriter } from '../state/state-writer.ts';
import { readStateFile, writeStateFile } from './state-file.ts';
import type { LateRows } from './late-rows.ts';
import { type ViewChanges, ViewDataflow } from './view-dataflow.ts';
import { VIEW_METHODS, type ViewMessage } from './view-message.ts';

/** Returns the methods of a process that keeps one view. */
export function viewService(): Readonly<Record<string, Handler>> {
  let view: ViewAtWork | null = null;
  const started = (): ViewAtWork => {
    assert(view !== null, 'a view is started before it is used');
    return view;
  };
  return {
    [VIEW_METHODS.start]: async (message: ViewMessage) => {
      assert(view === null, 'a process keeps one view');
      const { stateFile, fingerprint } = message;
      view = await explained(async () => new ViewAtWork(message, stateFile === null ? null : await readStateFile(stateFile, fingerprint)));
      return null;
    },
    [VIEW_METHODS.push]: async (message: PushMessage, context) => {
      await explained(() => started().push(message, context.frames));
      return null;
    },
    [VIEW_METHODS.checkpoint]: async (message: CheckpointMessage) =>
      (await explained(() => started().checkpoint(message))) as unknown as Json,
    [VIEW_METHODS.rows]: async (message: RowsMessage, context) => {
      await explained(() => sendAll(started().rows(message), context));
      return null;
    },
  };
}

async function explained<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw explainFailure(error);
  }
}

async function sendAll(frames: Iterable<Uint8Array>, context: ServeContext): Promise<void> {
  for (const frame of frames) await context.send(frame);
}

/** A view between frames and the file of its state. */
export class ViewAtWork {
  readonly #message: ViewMessage;
  readonly #dataflow: ViewDataflow;
  /** What the last checkpoint gave; null once changes have come after it. */
  #changes: ViewChanges | null = null;

  constructor(message: ViewMessage, state: Awaited<ReturnType<typeof readStateFile>> | null) {
    this.#message = message;
    this.#dataflow = new ViewDataflow(message, state);
  }

  async push({ scan, change }: PushMessage, frames: AsyncIterable<Uint8Array>): Promise<void> {
    const columns = this.#message.scans[scan];
    assert(columns !== undefined, 'rows are those of a scan of the plan');
    this.#changes = null;
    const reader = new FrameReader(columns, this.#dataflow.pool);
    for await (const frame of frames) {
      for (const batch of reader.read(frame)) this.#dataflow.push(scan, change, batch);
    }
  }

  async checkpoint({ stateFile }: CheckpointMessage): Promise<CheckpointAnswer> {
    const changes = this.#dataflow.endBatch();
    this.#changes = changes;
    const state = new StateWriter();
    this.#dataflow.snapshot(state);
    return {
      finalRows: rowsOf(changes.final),
      openRows: changes.openChanged ? this.#dataflow.open.rowCount : null,
      lateRows: changes.late.map((late) => late.rowCount),
      watermarksUs: this.#dataflow.watermarksUs.map((watermark) => (watermark === null ? null : String(watermark))),
      stateBytes: await writeStateFile(stateFile, this.#message.fingerprint, state),
    };
  }

  /** Yields rows of the last checkpoint as frames. */
  *rows({ part }: RowsMessage): Generator<Uint8Array> {
    assert(this.#changes !== null, 'rows of a checkpoint are read before the next change');
    const { final, late } = this.#changes;
    if (typeof part === 'number') {
      const rows = late[part];
      assert(rows !== undefined, 'late rows are those of a scan of the plan');
      yield* this.#encode(lateBatches(rows), [...(this.#message.scans[part] ?? []), CHANGE_COLUMN]);
    } else yield* this.#encode(part === 'final' ? final : this.#dataflow.open.batches(), this.#message.plan.output);
  }

  *#encode(batches: Iterable<Batch>, columns: readonly ResultColumn[]): Generator<Uint8Array> {
    yield encodeResultSchema(columns);
    for (const batch of batches) yield encodeBatch(batch, columns, this.#dataflow.pool);
  }
}

const CHANGE_COLUMN: Omit<PlanColumn, 'id'> = { name: 'change', type: { kind: 'integer' }, nullable: false };

function* lateBatches(late: LateRows): Generator<Batch> {
  for (const change of [1, -1] as const) {
    for (const batch of late.batches(change)) {
      const values = new Int32Array(batch.rows).fill(change);
      yield { ...batch, columns: [...batch.columns, { kind: 'int32', values, valid: null }] };
    }
  }
}

function rowsOf(batches: readonly Batch[]): number {
  return batches.reduce((sum, batch) => sum + batch.rows, 0);
}
