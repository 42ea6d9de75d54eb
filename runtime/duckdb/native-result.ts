import { type DataType, type Field, Schema } from 'apache-arrow';
import koffi from 'koffi';
import { PlatformError } from '../../spi/index.ts';
import { ARROW_SCHEMA_BYTES, readSchemaStruct } from './c-data-schema.ts';
import { engineError, throwErrorData } from './engine-error.ts';
import { callAsync, nativeLibrary, type Pointer, pointerCell } from './native-library.ts';

const RESULT_BYTES = 48;

const releaseType = koffi.proto('void (void *)');

/** One `duckdb_result` that may still be executing. */
export class NativeResult {
  readonly #cell: Buffer;
  readonly #byValue: object;
  #options: Pointer | null = null;
  #destroyed = false;

  private constructor(cell: Buffer) {
    this.#cell = cell;
    this.#byValue = koffi.decode(cell, nativeLibrary().resultByValue) as object;
  }

  /** Executes a bound statement until its first rows are there. @throws its error in coded form */
  static async execute(statement: Pointer): Promise<NativeResult> {
    const native = nativeLibrary();
    const cell = Buffer.alloc(RESULT_BYTES);
    const state = await callAsync(native.executePreparedStreaming, statement, cell);
    const result = new NativeResult(cell);
    if (state === 0) return result;
    try {
      result.verify();
    } finally {
      result.destroy();
    }
    throw new PlatformError('ENGINE_FAILED', 'the statement failed without a reason');
  }

  /** Throws the error that ended the rows early, if one did: a missing chunk alone does not tell. */
  verify(): void {
    const native = nativeLibrary();
    const message = native.resultError(this.#cell);
    if (message !== null && message !== '') throw engineError(native.resultErrorType(this.#cell), message);
  }

  /** Waits for the next chunk; null after the last one or after an error: ask `verify`. */
  fetch(): Promise<Pointer | null> {
    return callAsync(nativeLibrary().fetchChunk, this.#byValue);
  }

  /** Like `fetch`, for a result whose execution is finished. */
  fetchNow(): Pointer | null {
    return nativeLibrary().fetchChunk(this.#byValue);
  }

  get arrowOptions(): Pointer {
    this.#options ??= nativeLibrary().resultArrowOptions(this.#cell);
    return this.#options;
  }

  /** Returns the Arrow schema of the columns. @throws ENGINE_UNSUPPORTED */
  schema(): Schema {
    const native = nativeLibrary();
    const count = Number(native.columnCount(this.#cell));
    const types = Buffer.alloc(count * 8);
    const names = Buffer.alloc(count * 8);
    const struct = Buffer.alloc(ARROW_SCHEMA_BYTES);
    try {
      for (let index = 0; index < count; index += 1) {
        types.writeBigUInt64LE(native.columnLogicalType(this.#cell, index), index * 8);
        names.writeBigUInt64LE(native.columnName(this.#cell, index) ?? 0n, index * 8);
      }
      throwErrorData(native.toArrowSchema(this.arrowOptions, types, names, count, struct));
      const root = readSchemaStruct(koffi.address(struct));
      return new Schema((root.type as DataType & { readonly children: Field[] }).children);
    } finally {
      for (let index = 0; index < count; index += 1) native.destroyLogicalType(types.subarray(index * 8));
      const release = struct.readBigUInt64LE(56);
      if (release !== 0n) koffi.call(release, releaseType, struct);
    }
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    const native = nativeLibrary();
    if (this.#options !== null) native.destroyArrowOptions(pointerCell(this.#options));
    native.destroyResult(this.#cell);
  }
}

/** Frees a chunk. */
export function destroyChunk(chunk: Pointer): void {
  nativeLibrary().destroyDataChunk(pointerCell(chunk));
}
