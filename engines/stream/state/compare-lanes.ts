import { unreachable } from '../../../spi/index.ts';
import type { ColumnKind } from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';

/** Compares the values at two places of lanes: negative, 0 or positive. */
export type LaneOrder = (left: Int32Array, leftAt: number, right: Int32Array, rightAt: number) => number;

const bits = new Int32Array(2);
const double = new Float64Array(bits.buffer);
const single = new Float32Array(bits.buffer);

/** Returns the order of values of a kind: NaN above all numbers, texts by code point. NULL is the caller's. */
export function compareLanes(kind: ColumnKind, pool: TextPool): LaneOrder {
  switch (kind) {
    case 'boolean':
    case 'int32':
      return (left, leftAt, right, rightAt) => Math.sign((left[leftAt] as number) - (right[rightAt] as number));
    case 'text':
      return (left, leftAt, right, rightAt) => pool.compare(left[leftAt] as number, right[rightAt] as number);
    case 'int64':
      return compareWords(2);
    case 'int128':
      return compareWords(4);
    case 'float64':
      return (left, leftAt, right, rightAt) => compareFloats(readDouble(left, leftAt), readDouble(right, rightAt));
    case 'float32':
      return (left, leftAt, right, rightAt) => compareFloats(readSingle(left, leftAt), readSingle(right, rightAt));
    default:
      return unreachable(kind, 'column kind');
  }
}

/** The highest word has the sign; the others count from 0. */
function compareWords(words: number): LaneOrder {
  return (left, leftAt, right, rightAt) => {
    const high = (left[leftAt + words - 1] as number) - (right[rightAt + words - 1] as number);
    if (high !== 0) return high;
    for (let word = words - 2; word >= 0; word -= 1) {
      const difference = ((left[leftAt + word] as number) >>> 0) - ((right[rightAt + word] as number) >>> 0);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function compareFloats(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return 0;
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
}

function readDouble(lanes: Int32Array, at: number): number {
  bits[0] = lanes[at] as number;
  bits[1] = lanes[at + 1] as number;
  return double[0] as number;
}

function readSingle(lanes: Int32Array, at: number): number {
  bits[0] = lanes[at] as number;
  return single[0] as number;
}
