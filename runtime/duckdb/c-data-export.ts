import type { Data } from 'apache-arrow';
import koffi from 'koffi';
import { ARROW_SCHEMA_BYTES } from './c-data-schema.ts';
import { ARROW_ARRAY_BYTES } from './column-parts.ts';
import type { IngestType } from './ingest-type.ts';
import { nativeLibrary, type Pointer } from './native-library.ts';

const FLAG_NULLABLE = 2n;
const LENGTH_AT = 0;
const OFFSET_AT = 16;
const RELEASE_AT = 64;

/** Native structs over memory that JavaScript owns; `keep` must stay reachable while native code uses `root`. */
export interface ExportedStruct {
  readonly root: Buffer;
  readonly keep: unknown[];
}

function addressOf(memory: Uint8Array, keep: unknown[]): Pointer {
  keep.push(memory);
  return koffi.address(memory);
}

function textAddress(text: string, keep: unknown[]): Pointer {
  return addressOf(Buffer.from(`${text}\0`, 'utf8'), keep);
}

function pointerArray(pointers: readonly Pointer[], keep: unknown[]): Pointer {
  const array = Buffer.alloc(Math.max(8, pointers.length * 8));
  pointers.forEach((pointer, index) => array.writeBigUInt64LE(pointer, index * 8));
  return addressOf(array, keep);
}

/** Bytes of the field metadata that names an extension type. */
function extensionMetadata(extension: string): Buffer {
  const key = Buffer.from('ARROW:extension:name');
  const value = Buffer.from(extension);
  const bytes = Buffer.alloc(12 + key.length + value.length);
  bytes.writeInt32LE(1, 0);
  bytes.writeInt32LE(key.length, 4);
  key.copy(bytes, 8);
  bytes.writeInt32LE(value.length, 8 + key.length);
  value.copy(bytes, 12 + key.length);
  return bytes;
}

function schemaStruct(type: IngestType, name: string, keep: unknown[]): Buffer {
  const struct = Buffer.alloc(ARROW_SCHEMA_BYTES);
  const children = type.children.map((child) => addressOf(schemaStruct(child, child.name, keep), keep));
  struct.writeBigUInt64LE(textAddress(type.format, keep), 0);
  struct.writeBigUInt64LE(textAddress(name, keep), 8);
  if (type.extension !== undefined) struct.writeBigUInt64LE(addressOf(extensionMetadata(type.extension), keep), 16);
  struct.writeBigInt64LE(FLAG_NULLABLE, 24);
  struct.writeBigInt64LE(BigInt(children.length), 32);
  struct.writeBigUInt64LE(pointerArray(children, keep), 40);
  struct.writeBigUInt64LE(nativeLibrary().releaseNothing, 56);
  return struct;
}

/** Returns the `struct ArrowSchema` of a record batch. */
export function exportSchema(columns: readonly { readonly name: string; readonly type: IngestType }[]): ExportedStruct {
  const keep: unknown[] = [];
  const children = columns.map(({ name, type }) => ({ ...type, name }));
  return { root: schemaStruct({ format: '+s', sql: '', children }, '', keep), keep };
}

function buffersOf(data: Data, keep: unknown[]): readonly Pointer[] {
  const optional = (memory: Uint8Array | undefined): Pointer =>
    memory === undefined || memory.byteLength === 0 ? 0n : addressOf(memory, keep);
  const validity = data.nullCount > 0 ? optional(data.nullBitmap) : 0n;
  const offsets = data.valueOffsets as Uint8Array | undefined;
  // An empty buffer may have any address but null
  const values = optional(data.values as Uint8Array | undefined) || addressOf(Buffer.alloc(8), keep);
  const hasOffsets = offsets !== undefined && offsets.byteLength > 0;
  if (data.children.length > 0) return hasOffsets ? [validity, optional(offsets)] : [validity];
  return hasOffsets ? [validity, optional(offsets), values] : [validity, values];
}

function arrayStruct(data: Data, keep: unknown[]): Buffer {
  const struct = Buffer.alloc(ARROW_ARRAY_BYTES);
  const buffers = buffersOf(data, keep);
  const children = data.children.map((child) => addressOf(arrayStruct(child, keep), keep));
  struct.writeBigInt64LE(BigInt(data.length), LENGTH_AT);
  struct.writeBigInt64LE(data.nullCount > 0 ? -1n : 0n, 8);
  struct.writeBigInt64LE(BigInt(buffers.length), 24);
  struct.writeBigInt64LE(BigInt(children.length), 32);
  struct.writeBigUInt64LE(pointerArray(buffers, keep), 40);
  struct.writeBigUInt64LE(pointerArray(children, keep), 48);
  struct.writeBigUInt64LE(nativeLibrary().releaseNothing, RELEASE_AT);
  return struct;
}

/** The `struct ArrowArray` of a record batch that was checked, of which native code takes a few rows at a time.
 *  Guarantees: the memory stays as long as this object is reachable. */
export class ExportedRows {
  readonly #root = Buffer.alloc(ARROW_ARRAY_BYTES);
  readonly #columns: readonly Buffer[];
  readonly #keep: unknown[] = [];

  constructor(columns: readonly Data[]) {
    this.#columns = columns.map((column) => arrayStruct(column, this.#keep));
    const children = this.#columns.map((column) => addressOf(column, this.#keep));
    this.#root.writeBigInt64LE(1n, 24);
    this.#root.writeBigInt64LE(BigInt(children.length), 32);
    this.#root.writeBigUInt64LE(pointerArray([0n], this.#keep), 40);
    this.#root.writeBigUInt64LE(pointerArray(children, this.#keep), 48);
  }

  /** Returns the struct for rows `offset` to `offset + length - 1`; the one given out before is not valid any more. */
  rows(offset: number, length: number): Buffer {
    this.#root.writeBigInt64LE(BigInt(length), LENGTH_AT);
    for (const column of this.#columns) {
      column.writeBigInt64LE(BigInt(length), LENGTH_AT);
      column.writeBigInt64LE(BigInt(offset), OFFSET_AT);
    }
    // Native code clears these when it takes an array over.
    for (const struct of [this.#root, ...this.#columns]) struct.writeBigUInt64LE(nativeLibrary().releaseNothing, RELEASE_AT);
    return this.#root;
  }
}
