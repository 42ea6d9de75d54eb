import { assert, type PlatformError, type ViewCheckpoint, type ViewRows, type ViewRun, type ViewStart } from '../../../spi/index.ts';
import type { Json, OpenOptions } from '../../../runtime/process/index.ts';
import { type CheckpointAnswer, ENGINE_METHODS, type ViewRowsMessage } from './host-message.ts';
import type { Incarnation } from './incarnation.ts';

/** Rows under way from a view to a slower reader. Units: bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;

/** A view that a hosted engine keeps.
 *  Guarantees: after an error of a call every later call throws the same error. */
export class HostedView implements ViewRun {
  readonly #engine: Incarnation;
  readonly #view: number;
  #failed: PlatformError | null = null;
  #busy = false;

  private constructor(engine: Incarnation, view: number) {
    this.#engine = engine;
    this.#view = view;
  }

  /** Begins a view. @throws ENGINE_UNSUPPORTED, ENGINE_UNAVAILABLE, ENGINE_LOST, STORAGE_CORRUPT */
  static async start(engine: Incarnation, start: ViewStart): Promise<HostedView> {
    try {
      const view = await engine.channel.call(ENGINE_METHODS.startView, start as unknown as Json);
      assert(typeof view === 'number', 'a view has a number');
      return new HostedView(engine, view);
    } catch (error) {
      throw await engine.explain(error);
    }
  }

  async push(scan: number, change: 1 | -1, frames: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#call(ENGINE_METHODS.pushView, { view: this.#view, scan, change }, { frames });
  }

  async checkpoint(stateFile: string): Promise<ViewCheckpoint> {
    const params = { view: this.#view, stateFile };
    const answer = (await this.#call(ENGINE_METHODS.checkpointView, params)) as unknown as CheckpointAnswer;
    return {
      final: this.#rows('final', answer.finalRows),
      open: answer.openRows === null ? null : this.#rows('open', answer.openRows),
      late: answer.lateRows.map((rows, scan) => this.#rows(scan, rows)),
      watermarksUs: answer.watermarksUs,
      stateBytes: answer.stateBytes,
    };
  }

  async close(): Promise<void> {
    // A process that is gone keeps no view.
    await this.#engine.channel.call(ENGINE_METHODS.closeView, this.#view).catch(() => undefined);
  }

  #rows(part: ViewRowsMessage['part'], rows: number): ViewRows {
    const open = (): AsyncIterable<Uint8Array> =>
      this.#engine.channel.open(ENGINE_METHODS.viewRows, { view: this.#view, part }, { windowBytes: WINDOW_BYTES }).frames;
    return { rows, frames: { [Symbol.asyncIterator]: () => open()[Symbol.asyncIterator]() } };
  }

  async #call(method: string, params: Json, options: OpenOptions = {}): Promise<Json> {
    if (this.#failed !== null) throw this.#failed;
    assert(!this.#busy, 'a view takes one call at a time');
    this.#busy = true;
    try {
      return await this.#engine.channel.call(method, params, options);
    } catch (error) {
      this.#failed = await this.#engine.explain(error);
      throw this.#failed;
    } finally {
      this.#busy = false;
    }
  }
}
