import { assert, PlatformError, type ViewCheckpoint, type ViewRows, type ViewRun } from '../../spi/index.ts';
import type { Channel, Json, OpenOptions } from './channel.ts';

/** Rows of a scan. Their frames are uploaded with it. */
export interface PushMessage {
  readonly scan: number;
  readonly change: 1 | -1;
}

/** Ends a micro-batch. */
export interface CheckpointMessage {
  readonly stateFile: string;
}

/** The answer to a checkpoint; its rows are asked for one part after the other. */
export interface CheckpointAnswer {
  readonly finalRows: number;
  /** Null when they are those of the last checkpoint. */
  readonly openRows: number | null;
  /** By scan. */
  readonly lateRows: readonly number[];
  /** By scan. */
  readonly watermarksUs: readonly (string | null)[];
  readonly stateBytes: number;
}

/** Asks for rows of the last checkpoint: a part of the result, or the late rows of the scan at a position. */
export interface RowsMessage {
  readonly part: 'final' | 'open' | number;
}

/** Where a view is kept, and how it is spoken to. */
export interface RemoteViewOptions {
  readonly channel: Channel;
  /** Names of the methods that take a PushMessage, a CheckpointMessage and a RowsMessage. */
  readonly methods: { readonly push: string; readonly checkpoint: string; readonly rows: string };
  /** Members of every message beside its own: which of several views is meant. */
  readonly address: { readonly [key: string]: Json };
  /** Deals with a failed call, and returns the error that it and all later ones throw. */
  explain(error: unknown): Promise<PlatformError>;
  close(): Promise<void>;
}

/** Rows under way from a view to a slower reader. Units: bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;

/** A view that another process or thread keeps.
 *  Guarantees: after an error of a call every later call throws the same error. */
export class RemoteView implements ViewRun {
  readonly #options: RemoteViewOptions;
  #failed: PlatformError | null = null;
  #busy = false;

  constructor(options: RemoteViewOptions) {
    this.#options = options;
  }

  async push(scan: number, change: 1 | -1, frames: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#call(this.#options.methods.push, { scan, change }, { frames });
  }

  async checkpoint(stateFile: string): Promise<ViewCheckpoint> {
    const answer = (await this.#call(this.#options.methods.checkpoint, { stateFile })) as unknown as CheckpointAnswer;
    return {
      final: this.#rows('final', answer.finalRows),
      open: answer.openRows === null ? null : this.#rows('open', answer.openRows),
      late: answer.lateRows.map((rows, scan) => this.#rows(scan, rows)),
      watermarksUs: answer.watermarksUs,
      stateBytes: answer.stateBytes,
    };
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  #rows(part: RowsMessage['part'], rows: number): ViewRows {
    const { channel, methods, address } = this.#options;
    const open = (): AsyncIterable<Uint8Array> => channel.open(methods.rows, { ...address, part }, { windowBytes: WINDOW_BYTES }).frames;
    return { rows, frames: { [Symbol.asyncIterator]: () => open()[Symbol.asyncIterator]() } };
  }

  async #call(method: string, params: { readonly [key: string]: Json }, options: OpenOptions = {}): Promise<Json> {
    if (this.#failed !== null) throw this.#failed;
    assert(!this.#busy, 'a view takes one call at a time');
    this.#busy = true;
    const { channel, address } = this.#options;
    try {
      return await channel.call(method, { ...address, ...params }, options);
    } catch (error) {
      this.#failed = PlatformError.from(error, 'ENGINE_FAILED');
      this.#failed = await this.#options.explain(this.#failed);
      throw this.#failed;
    } finally {
      this.#busy = false;
    }
  }
}
