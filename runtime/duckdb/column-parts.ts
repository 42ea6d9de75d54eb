import { DataType, type Field, Precision } from 'apache-arrow';
import koffi from 'koffi';
import { assert, PlatformError } from '../../spi/index.ts';
import { describeType } from '../arrow/index.ts';
import { nativeLibrary, type Pointer } from './native-library.ts';

/** Bytes of `struct ArrowArray` of the C data interface. */
export const ARROW_ARRAY_BYTES = 80;

const OFFSET_BYTES_MAX = 0x7fffffff;

/** How the values of one column lie in its buffers. */
type ColumnLayout =
  | { readonly kind: 'fixed'; readonly widthBytes: number }
  | { readonly kind: 'bits' | 'bytes' | 'list' | 'struct' | 'null' }
  | { readonly kind: 'fixed-list'; readonly size: number };

/** One column of one chunk, still in DuckDB's memory. */
interface ColumnPart {
  readonly rows: number;
  readonly nullCount: number;
  readonly validity: Pointer;
  /** Values of fixed width, or offsets. */
  readonly data: Pointer;
  /** Bytes of strings. */
  readonly bytes: Pointer;
  readonly bytesLength: number;
}

/** A place in the body of a record batch. */
export interface BufferRange {
  readonly offset: number;
  readonly length: number;
}

/** Collects node and buffer entries of a record batch while the columns are laid out. */
export interface BodyPlan {
  readonly nodes: { readonly length: number; readonly nullCount: number }[];
  readonly buffers: BufferRange[];
  bodyBytes: number;
}

/** Where columns are copied to. */
export interface BodyTarget {
  readonly frame: Uint8Array;
  /** Address of the first byte of `frame`. */
  readonly address: Pointer;
  /** Where the body begins in `frame`. */
  readonly bodyOffset: number;
}

/** Copies bytes between JavaScript's memory and DuckDB's, in either direction. */
function copyMemory(target: Pointer | Uint8Array, source: Pointer | Uint8Array, lengthBytes: number): void {
  nativeLibrary().copyMemory(target, source, lengthBytes);
}

const scratch = Buffer.alloc(ARROW_ARRAY_BYTES);
const pointers = Buffer.alloc(3 * 8);
let bits = new Uint8Array(256);

function layoutOf(type: DataType): ColumnLayout {
  if (DataType.isBool(type)) return { kind: 'bits' };
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return { kind: 'bytes' };
  if (DataType.isList(type) || DataType.isMap(type)) return { kind: 'list' };
  if (DataType.isStruct(type)) return { kind: 'struct' };
  if (DataType.isNull(type)) return { kind: 'null' };
  if (DataType.isFixedSizeList(type)) return { kind: 'fixed-list', size: type.listSize };
  if (DataType.isFixedSizeBinary(type)) return { kind: 'fixed', widthBytes: type.byteWidth };
  if (DataType.isDecimal(type)) return { kind: 'fixed', widthBytes: type.bitWidth / 8 };
  if (DataType.isInterval(type)) return { kind: 'fixed', widthBytes: 16 };
  if (DataType.isDate(type)) return { kind: 'fixed', widthBytes: 4 };
  if (DataType.isTime(type) || DataType.isTimestamp(type)) return { kind: 'fixed', widthBytes: 8 };
  if (DataType.isInt(type)) return { kind: 'fixed', widthBytes: type.bitWidth / 8 };
  if (DataType.isFloat(type)) return { kind: 'fixed', widthBytes: type.precision === Precision.SINGLE ? 4 : 8 };
  throw new PlatformError('ENGINE_UNSUPPORTED', `results cannot carry columns of the Arrow type ${describeType(type)}`);
}

/** Copies `count` bits from the start of `source` (all ones when it is null) to bit `at` of `target`, whose bits from there on are zero. */
function appendBits(target: Uint8Array, at: number, source: Pointer, count: number): void {
  const bytes = (count + 7) >> 3;
  if (bits.byteLength < bytes) bits = new Uint8Array(bytes * 2);
  if (source === 0n) bits.fill(0xff, 0, bytes);
  else copyMemory(bits, source, bytes);
  if ((count & 7) !== 0) bits[bytes - 1] = (bits[bytes - 1] ?? 0) & ((1 << (count & 7)) - 1);
  const shift = at & 7;
  let to = at >> 3;
  if (shift === 0) {
    target.set(bits.subarray(0, bytes), to);
    return;
  }
  for (let index = 0; index < bytes; index += 1, to += 1) {
    const value = (bits[index] ?? 0) << shift;
    target[to] = (target[to] ?? 0) | (value & 0xff);
    if (value > 0xff) target[to + 1] = value >> 8;
  }
}

/** Gathers one column over several chunks and copies it into the body of one record batch.
 *  Guarantees: native memory is only read between `add` and the release of the array given to it. */
export class ColumnParts {
  readonly #layout: ColumnLayout;
  readonly #children: readonly ColumnParts[];
  #parts: ColumnPart[] = [];
  #rows = 0;
  #nullCount = 0;
  #dataBytes = 0;
  #ranges: BufferRange[] = [];

  constructor(field: Field) {
    this.#layout = layoutOf(field.type as DataType);
    this.#children = ((field.type as { readonly children?: readonly Field[] | null }).children ?? []).map(
      (child) => new ColumnParts(child),
    );
  }

  /** Takes in one `struct ArrowArray` and returns about how many bytes it holds. */
  add(address: Pointer): number {
    copyMemory(scratch, address, ARROW_ARRAY_BYTES);
    const rows = Number(scratch.readBigInt64LE(0));
    const nullCount = Number(scratch.readBigInt64LE(8));
    assert(scratch.readBigInt64LE(16) === 0n, 'DuckDB hands out arrays without an offset');
    const bufferCount = Number(scratch.readBigInt64LE(24));
    const children = scratch.readBigUInt64LE(48);
    pointers.fill(0);
    if (bufferCount > 0) copyMemory(pointers, scratch.readBigUInt64LE(40), Math.min(bufferCount, 3) * 8);
    const validity = nullCount === 0 ? 0n : pointers.readBigUInt64LE(0);
    const data = pointers.readBigUInt64LE(8);
    const bytes = pointers.readBigUInt64LE(16);
    const bytesLength = this.#layout.kind === 'bytes' && rows > 0 ? koffi.decode.int32(data + BigInt(rows * 4)) : 0;
    this.#parts.push({ rows, nullCount, validity, data, bytes, bytesLength });
    this.#rows += rows;
    this.#nullCount += nullCount;
    this.#dataBytes += bytesLength;
    let size = bytesLength + rows * (this.#layout.kind === 'fixed' ? this.#layout.widthBytes : 4);
    for (let index = 0; index < this.#children.length; index += 1) {
      const child = koffi.decode(children + BigInt(index * 8), 'void *') as Pointer;
      size += this.#children[index]?.add(child) ?? 0;
    }
    return size;
  }

  /** Adds this column's entries to the plan of a record batch.
   *  @throws RESOURCE_MEMORY when the strings of one batch exceed what 32-bit offsets reach. */
  plan(plan: BodyPlan): void {
    if (this.#dataBytes > OFFSET_BYTES_MAX) {
      throw new PlatformError('RESOURCE_MEMORY', 'the values of one column of one batch exceed 2 GiB', { hint: 'Select shorter values.' });
    }
    plan.nodes.push({ length: this.#rows, nullCount: this.#nullCount });
    this.#ranges = [];
    const reserve = (length: number): void => {
      const range = { offset: plan.bodyBytes, length };
      this.#ranges.push(range);
      plan.buffers.push(range);
      plan.bodyBytes += (length + 7) & ~7;
    };
    const layout = this.#layout;
    if (layout.kind !== 'null') reserve(this.#nullCount === 0 ? 0 : (this.#rows + 7) >> 3);
    if (layout.kind === 'fixed') reserve(this.#rows * layout.widthBytes);
    if (layout.kind === 'bits') reserve((this.#rows + 7) >> 3);
    if (layout.kind === 'bytes' || layout.kind === 'list') reserve((this.#rows + 1) * 4);
    if (layout.kind === 'bytes') reserve(this.#dataBytes);
    for (const child of this.#children) child.plan(plan);
  }

  /** Copies what was gathered to the places of the plan and forgets it. */
  copyTo(target: BodyTarget): void {
    const [validity, data, bytes] = this.#ranges;
    const layout = this.#layout;
    if (validity !== undefined && validity.length > 0) this.#copyBits(target, validity, 'validity');
    if (layout.kind === 'bits' && data !== undefined) this.#copyBits(target, data, 'data');
    if (layout.kind === 'fixed' && data !== undefined) this.#copyFixed(target, data, layout.widthBytes);
    if ((layout.kind === 'bytes' || layout.kind === 'list') && data !== undefined) this.#copyOffsets(target, data, bytes);
    for (const child of this.#children) child.copyTo(target);
    this.clear();
  }

  /** Forgets what was gathered. */
  clear(): void {
    this.#parts = [];
    this.#rows = 0;
    this.#nullCount = 0;
    this.#dataBytes = 0;
    this.#ranges = [];
    for (const child of this.#children) child.clear();
  }

  #copyBits(target: BodyTarget, range: BufferRange, which: 'validity' | 'data'): void {
    const start = target.bodyOffset + range.offset;
    const bitmap = target.frame.subarray(start, start + range.length);
    bitmap.fill(0);
    let at = 0;
    for (const part of this.#parts) {
      appendBits(bitmap, at, part[which], part.rows);
      at += part.rows;
    }
  }

  #copyFixed(target: BodyTarget, range: BufferRange, widthBytes: number): void {
    let at = target.address + BigInt(target.bodyOffset + range.offset);
    for (const part of this.#parts) {
      const length = part.rows * widthBytes;
      copyMemory(at, part.data, length);
      at += BigInt(length);
    }
  }

  #copyOffsets(target: BodyTarget, offsets: BufferRange, bytes: BufferRange | undefined): void {
    const start = target.bodyOffset + offsets.offset;
    const values = new Int32Array(target.frame.buffer, target.frame.byteOffset + start, this.#rows + 1);
    const address = target.address + BigInt(start);
    let bytesAt = bytes === undefined ? 0n : target.address + BigInt(target.bodyOffset + bytes.offset);
    values[0] = 0;
    let at = 0;
    let base = 0;
    for (const part of this.#parts) {
      if (part.rows === 0) continue;
      // The first offset of a part is 0, so its copy puts `base` where the last part ended.
      copyMemory(address + BigInt(at * 4), part.data, (part.rows + 1) * 4);
      const end = at + part.rows;
      if (base !== 0) for (let index = at; index <= end; index += 1) values[index] = (values[index] ?? 0) + base;
      at = end;
      base = values[at] ?? 0;
      if (part.bytesLength > 0) {
        copyMemory(bytesAt, part.bytes, part.bytesLength);
        bytesAt += BigInt(part.bytesLength);
      }
    }
  }
}
