import { assert } from '../../../spi/index.ts';
import { allocateValues, type Column, type ColumnKind, type ColumnValues } from '../changelog/column.ts';

/** Columns that one lane of NULL flags has room for. */
const FLAGS_PER_LANE = 32;

/** Lanes that a value takes. */
function lanesOf(kind: ColumnKind): number {
  if (kind === 'int128') return 4;
  return kind === 'int64' || kind === 'float64' ? 2 : 1;
}

/** How rows of some columns lie in 32-bit lanes, in which they are hashed, compared and kept.
 *  Shape: first lanes of NULL flags (a bit is set for NULL), then the values in order, zero for NULL.
 *  Guarantees: two rows are alike (NULLs are alike, NaN is alike, -0 is 0) exactly when their lanes are equal. */
export class RowLayout {
  readonly kinds: readonly ColumnKind[];
  /** Units: lanes of one row; at least 1. */
  readonly width: number;
  readonly #flagLanes: number;
  readonly #offsets: readonly number[];

  constructor(kinds: readonly ColumnKind[]) {
    this.kinds = kinds;
    this.#flagLanes = Math.max(1, Math.ceil(kinds.length / FLAGS_PER_LANE));
    let at = this.#flagLanes;
    this.#offsets = kinds.map((kind) => {
      const offset = at;
      at += lanesOf(kind);
      return offset;
    });
    this.width = at;
  }

  /** Returns the lane of a column's value in a row. */
  offset(position: number): number {
    return this.#offsets[position] ?? 0;
  }

  /** Returns where a row tells that a column is NULL. */
  flag(position: number): { readonly lane: number; readonly bit: number } {
    return { lane: Math.floor(position / FLAGS_PER_LANE), bit: 1 << (position % FLAGS_PER_LANE) };
  }

  /** Writes rows of columns as lanes, `stride` lanes apart, the first at lane `start`; lanes between are left as they are. */
  encode(columns: readonly Column[], rows: number, lanes: Int32Array, stride = this.width, start = 0): void {
    assert(columns.length === this.kinds.length, 'a layout is for as many columns');
    for (let flag = 0; flag < this.#flagLanes; flag += 1) for (let row = 0; row < rows; row += 1) lanes[row * stride + start + flag] = 0;
    columns.forEach((column, position) => {
      const at = start + (this.#offsets[position] as number);
      encodeValues(column, rows, lanes, stride, at);
      if (column.valid !== null) {
        const flag = start + Math.floor(position / FLAGS_PER_LANE);
        clearNulls(column.valid, rows, lanes, stride, { at, width: lanesOf(column.kind), flag, bit: 1 << (position % FLAGS_PER_LANE) });
      }
    });
  }

  /** Reads rows back as columns: those with the numbers given. */
  decode(lanes: Int32Array, ids: Int32Array, rows: number, stride = this.width, start = 0): readonly Column[] {
    return this.kinds.map((kind, position) => {
      const values = allocateValues(kind, rows);
      decodeValues(kind, lanes, ids, rows, values, stride, start + (this.#offsets[position] as number));
      const flag = start + Math.floor(position / FLAGS_PER_LANE);
      return { kind, values, valid: decodeValid(lanes, ids, rows, stride, flag, 1 << (position % FLAGS_PER_LANE)) };
    });
  }
}

const NAN_HIGH = 0x7ff80000;
const NAN_SINGLE = 0x7fc00000;

function encodeValues({ kind, values }: Column, rows: number, lanes: Int32Array, stride: number, at: number): void {
  if (kind === 'float64') {
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    for (let row = 0; row < rows; row += 1) {
      const value = values[row] as number;
      const to = row * stride + at;
      lanes[to] = Number.isNaN(value) || value === 0 ? 0 : (bits[row * 2] as number);
      lanes[to + 1] = value === 0 ? 0 : Number.isNaN(value) ? NAN_HIGH : (bits[row * 2 + 1] as number);
    }
  } else if (kind === 'float32') {
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (let row = 0; row < rows; row += 1) {
      const value = values[row] as number;
      lanes[row * stride + at] = value === 0 ? 0 : Number.isNaN(value) ? NAN_SINGLE : (bits[row] as number);
    }
  } else {
    const width = lanesOf(kind);
    for (let lane = 0; lane < width; lane += 1) {
      for (let row = 0; row < rows; row += 1) lanes[row * stride + at + lane] = values[row * width + lane] as number;
    }
  }
}

interface NullPlace {
  readonly at: number;
  readonly width: number;
  readonly flag: number;
  readonly bit: number;
}

function clearNulls(valid: Uint8Array, rows: number, lanes: Int32Array, stride: number, { at, width, flag, bit }: NullPlace): void {
  for (let row = 0; row < rows; row += 1) {
    if (valid[row] !== 0) continue;
    const base = row * stride;
    lanes[base + flag] = (lanes[base + flag] as number) | bit;
    for (let lane = 0; lane < width; lane += 1) lanes[base + at + lane] = 0;
  }
}

function decodeValues(
  kind: ColumnKind,
  lanes: Int32Array,
  ids: Int32Array,
  rows: number,
  values: ColumnValues,
  stride: number,
  at: number,
): void {
  const isFloat = kind === 'float64' || kind === 'float32';
  const target = isFloat ? new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2) : values;
  const width = lanesOf(kind);
  for (let row = 0; row < rows; row += 1) {
    const base = (ids[row] as number) * stride + at;
    for (let lane = 0; lane < width; lane += 1) target[row * width + lane] = lanes[base + lane] as number;
  }
}

function decodeValid(lanes: Int32Array, ids: Int32Array, rows: number, stride: number, flag: number, bit: number): Uint8Array | null {
  let valid: Uint8Array | null = null;
  for (let row = 0; row < rows; row += 1) {
    if (((lanes[(ids[row] as number) * stride + flag] as number) & bit) === 0) continue;
    valid ??= new Uint8Array(rows).fill(1);
    valid[row] = 0;
  }
  return valid;
}
