import type { ParquetSplit, ScanColumn, ScanPlan, ScanRequest, TableSource } from '../../spi/index.ts';

/** What an engine does with its source. */
export type SourceEvent = 'plan' | 'read' | 'frame';

/** Changes what a source does, for the checks of conduct. */
export interface SourceFault {
  /** Replaces the plan of a scan. */
  plan?(plan: ScanPlan): ScanPlan;
  /** Is asked before each frame that `read` hands out; what it throws ends the read. */
  frame?(number: number): void;
}

/** A table source that counts what an engine takes from it. */
export class ObservedSource implements TableSource {
  readonly #inner: TableSource;
  plans = 0;
  /** Reads that were begun, and those of them that have not ended. */
  reads = 0;
  openReads = 0;
  frames = 0;
  /** Bytes of those frames. */
  bytes = 0;
  fault: SourceFault = {};
  /** Is called on each event, before the source does anything. */
  onEvent: ((event: SourceEvent) => void) | null = null;

  constructor(inner: TableSource) {
    this.#inner = inner;
  }

  async plan(request: ScanRequest): Promise<ScanPlan> {
    this.plans += 1;
    this.onEvent?.('plan');
    const plan = await this.#inner.plan(request);
    return this.fault.plan?.(plan) ?? plan;
  }

  async *read(split: ParquetSplit, columns: readonly ScanColumn[], signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    this.reads += 1;
    this.openReads += 1;
    this.onEvent?.('read');
    try {
      for await (const frame of this.#inner.read(split, columns, signal)) {
        this.frames += 1;
        this.bytes += frame.byteLength;
        this.onEvent?.('frame');
        this.fault.frame?.(this.frames);
        yield frame;
      }
    } finally {
      this.openReads -= 1;
    }
  }
}
