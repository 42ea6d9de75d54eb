import { assert } from '../../../spi/index.ts';
import type { Batch } from '../changelog/batch.ts';
import { TextPool } from '../changelog/text-pool.ts';
import type { Changelog, Stateful, Windowed } from '../operator/operator.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';

/** What parts of a plan are made with. */
export interface DataflowContext {
  readonly pool: TextPool;
  /** False when nothing is ever taken away and the whole input is one micro-batch. */
  readonly retractions: boolean;
  /** Inputs by the position of their scan in the plan. */
  readonly sources: Map<number, Changelog>;
  /** Operators with state, in a fixed order. */
  readonly states: Stateful[];
  /** Operators whose state belongs to windows of time. */
  readonly windowed: Windowed[];
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
  /** State to go on from: what `snapshot` of a dataflow of the same plan wrote. */
  readonly snapshot?: StateReader | undefined;
}

/** A plan at work: changes of the scans go in, changes of the result come out. One micro-batch is what is pushed between two flushes. */
export class Dataflow {
  readonly pool = new TextPool();
  readonly #context: DataflowContext;
  #started = false;

  constructor(plan: DataflowPlan, options: DataflowOptions) {
    this.#context = { pool: this.pool, retractions: options.retractions, sources: new Map(), states: [], windowed: [], constants: [] };
    const reader = options.snapshot ?? null;
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

  /** Closes the windows that end at or before an instant and drops their state; called between micro-batches. What goes to the sink in the
   *  meantime are the rows of the result that no later change can touch, with weight -1. Units: microseconds since 1970. */
  closeWindows(watermarkUs: bigint): void {
    for (const operator of this.#context.windowed) operator.closeWindows(watermarkUs);
  }

  /** Writes all state; called between micro-batches. What is written shares memory with the dataflow. */
  snapshot(writer: StateWriter): void {
    this.pool.snapshot(writer);
    writer.number(this.#started ? 1 : 0);
    for (const state of this.#context.states) state.snapshot(writer);
  }
}
