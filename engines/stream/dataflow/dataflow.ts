import { assert } from '../../../spi/index.ts';
import type { Batch } from '../changelog/batch.ts';
import { TextPool } from '../changelog/text-pool.ts';
import type { Changelog, Stateful } from '../operator/operator.ts';
import { StateReader } from '../state/state-reader.ts';
import { StateWriter } from '../state/state-writer.ts';

/** What parts of a plan are made with. */
export interface DataflowContext {
  readonly pool: TextPool;
  /** False when nothing is ever taken away and the whole input is one micro-batch. */
  readonly retractions: boolean;
  /** Inputs by the position of their scan in the plan. */
  readonly sources: Map<number, Changelog>;
  /** Operators with state, in a fixed order. */
  readonly states: Stateful[];
  /** Changes of the first micro-batch that come from the plan itself. */
  readonly constants: { readonly batch: Batch; readonly output: Changelog }[];
}

/** A plan that was checked, to be made as often as wanted. */
export interface DataflowPlan {
  build(context: DataflowContext, output: Changelog): void;
}

/** How a dataflow runs. */
export interface DataflowOptions {
  /** True when changes may take rows away, or there is more than one micro-batch. */
  readonly retractions: boolean;
  /** Takes the changes of the result. */
  readonly sink: (batch: Batch, pool: TextPool) => void;
  /** State to go on from: what `snapshot` of a dataflow of the same plan gave. */
  readonly snapshot?: Uint8Array | undefined;
}

/** A plan at work: changes of the scans go in, changes of the result come out. One micro-batch is what is pushed between two flushes. */
export class Dataflow {
  readonly pool = new TextPool();
  readonly #context: DataflowContext;
  #started = false;

  constructor(plan: DataflowPlan, options: DataflowOptions) {
    this.#context = { pool: this.pool, retractions: options.retractions, sources: new Map(), states: [], constants: [] };
    const reader = options.snapshot === undefined ? null : new StateReader(options.snapshot);
    // Constants of the plan get their numbers after the texts that states refer to.
    if (reader !== null) this.pool.restore(reader);
    plan.build(this.#context, {
      push: (batch) => {
        options.sink(batch, this.pool);
      },
      flush: () => undefined,
    });
    if (reader === null) return;
    this.#started = reader.number() === 1;
    for (const state of this.#context.states) state.restore(reader);
  }

  /** Takes changes of a scan, by its position in the plan. */
  push(scan: number, batch: Batch): void {
    const source = this.#context.sources.get(scan);
    assert(source !== undefined, 'changes are those of a scan of the plan');
    if (batch.rows > 0) source.push(batch);
  }

  /** Ends the micro-batch: all changes of the result that follow from it have gone out when this returns. */
  flush(): void {
    for (const { batch, output } of this.#context.constants) {
      if (!this.#started) output.push(batch);
      output.flush();
    }
    this.#started = true;
    for (const source of this.#context.sources.values()) source.flush();
  }

  /** Returns all state as bytes; called between micro-batches. */
  snapshot(): Uint8Array {
    const writer = new StateWriter();
    this.pool.snapshot(writer);
    writer.number(this.#started ? 1 : 0);
    for (const state of this.#context.states) state.snapshot(writer);
    return writer.finish();
  }
}
