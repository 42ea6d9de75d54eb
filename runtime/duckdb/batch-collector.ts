import type { Schema } from 'apache-arrow';
import koffi from 'koffi';
import { encodeRecordBatchMetadata, framePrefixBytes, writeFramePrefix } from '../arrow/index.ts';
import { ARROW_ARRAY_BYTES, type BodyPlan, ColumnParts } from './column-parts.ts';
import { throwErrorData } from './engine-error.ts';
import { nativeLibrary, type Pointer } from './native-library.ts';
import type { SlabPool } from './slab-pool.ts';

const ROWS_MAX = 65_536;
const BYTES_MAX = 4 << 20;
/** Results of selective filters come in chunks of a few rows: this bounds the memory held for them. */
const CHUNKS_MAX = 512;

const releaseType = koffi.proto('void (void *)');

/** Gathers chunks of a result and turns them into record batch frames. */
export class BatchCollector {
  readonly #columns: readonly ColumnParts[];
  readonly #arrays: Buffer[] = [];
  readonly #slabs: SlabPool;
  #rows = 0;
  #bytes = 0;

  constructor(schema: Schema, slabs: SlabPool) {
    this.#columns = schema.fields.map((field) => new ColumnParts(field));
    this.#slabs = slabs;
  }

  get rows(): number {
    return this.#rows;
  }

  /** True when the next frame should be built. */
  get full(): boolean {
    return this.#rows >= ROWS_MAX || this.#bytes >= BYTES_MAX || this.#arrays.length >= CHUNKS_MAX;
  }

  /** Converts a chunk and takes it in. The chunk itself is not needed any more afterwards.
   *  @throws SQL_EVALUATION when the strings of one chunk exceed 2 GiB. */
  add(arrowOptions: Pointer, chunk: Pointer): void {
    const native = nativeLibrary();
    const array = Buffer.alloc(ARROW_ARRAY_BYTES);
    throwErrorData(native.chunkToArrow(arrowOptions, chunk, array));
    this.#arrays.push(array);
    this.#rows += Number(array.readBigInt64LE(0));
    const children = array.readBigUInt64LE(48);
    for (let index = 0; index < this.#columns.length; index += 1) {
      const child = koffi.decode(children + BigInt(index * 8), 'void *') as Pointer;
      this.#bytes += this.#columns[index]?.add(child) ?? 0;
    }
  }

  /** Returns the gathered rows as one frame and starts anew. */
  build(): Uint8Array {
    const plan: BodyPlan = { nodes: [], buffers: [], bodyBytes: 0 };
    for (const column of this.#columns) column.plan(plan);
    const metadata = encodeRecordBatchMetadata({ rows: this.#rows, ...plan });
    const frame = this.#slabs.take(framePrefixBytes(metadata) + plan.bodyBytes);
    const bodyOffset = writeFramePrefix(frame, metadata);
    for (const range of plan.buffers) {
      const end = bodyOffset + range.offset + range.length;
      frame.fill(0, end, end + (-range.length & 7));
    }
    const address = koffi.address(frame);
    for (const column of this.#columns) column.copyTo({ frame, address, bodyOffset });
    this.clear();
    return frame;
  }

  /** Frees the memory of the gathered chunks. */
  clear(): void {
    for (const column of this.#columns) column.clear();
    for (const array of this.#arrays) {
      const release = array.readBigUInt64LE(64);
      if (release !== 0n) koffi.call(release, releaseType, array);
    }
    this.#arrays.length = 0;
    this.#rows = 0;
    this.#bytes = 0;
  }
}
