import { assert, PlatformError, type ViewCheckpoint, type ViewRows, type ViewRun } from '../../spi/index.ts';
import type { ChildHandle, Json, OpenOptions } from '../../runtime/process/index.ts';
import { type CheckpointAnswer, type RowsMessage, VIEW_METHODS, type ViewMessage } from './view/view-message.ts';

/** Rows under way from a view to a slower reader. Units: bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;

/** A view in a process of its own.
 *  Guarantees: after an error of a call the process is gone, and every later call throws the same error. */
export class ChildViewRun implements ViewRun {
  readonly #child: ChildHandle;
  #failed: PlatformError | null = null;
  #busy = false;

  private constructor(child: ChildHandle) {
    this.#child = child;
  }

  /** Begins a view in a process that keeps none yet.
   *  @throws ENGINE_UNSUPPORTED, ENGINE_LOST, STORAGE_CORRUPT, STORAGE_IO */
  static async start(child: ChildHandle, message: ViewMessage): Promise<ChildViewRun> {
    const run = new ChildViewRun(child);
    await run.#call(VIEW_METHODS.start, message as unknown as Json);
    return run;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<unknown> {
    return this.#child.exited;
  }

  async push(scan: number, change: 1 | -1, frames: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#call(VIEW_METHODS.push, { scan, change }, { frames });
  }

  async checkpoint(stateFile: string): Promise<ViewCheckpoint> {
    const answer = (await this.#call(VIEW_METHODS.checkpoint, { stateFile })) as unknown as CheckpointAnswer;
    return {
      final: this.#rows('final', answer.finalRows),
      open: answer.openRows === null ? null : this.#rows('open', answer.openRows),
      late: answer.lateRows.map((rows, scan) => this.#rows(scan, rows)),
      watermarksUs: answer.watermarksUs,
      stateBytes: answer.stateBytes,
    };
  }

  async close(): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }

  #rows(part: RowsMessage['part'], rows: number): ViewRows {
    const open = (): AsyncIterable<Uint8Array> =>
      this.#child.channel.open(VIEW_METHODS.rows, { part }, { windowBytes: WINDOW_BYTES }).frames;
    return { rows, frames: { [Symbol.asyncIterator]: () => open()[Symbol.asyncIterator]() } };
  }

  async #call(method: string, params: Json, options: OpenOptions = {}): Promise<Json> {
    if (this.#failed !== null) throw this.#failed;
    assert(!this.#busy, 'a view takes one call at a time');
    this.#busy = true;
    try {
      return await this.#child.channel.call(method, params, options);
    } catch (error) {
      this.#failed = PlatformError.from(error, 'ENGINE_FAILED');
      await this.close();
      throw this.#failed;
    } finally {
      this.#busy = false;
    }
  }
}
