import type { Column } from '../changelog/column.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';

/** A 64-bit integer as its two 32-bit lanes, so that rows are compared without making a bigint of each. */
interface Lanes {
  readonly high: number;
  /** Without sign. */
  readonly low: number;
}

/** Keeps the watermark of each scan: the greatest instant seen less a delay.
 *  Guarantees: a watermark moves in `advance` only, and never back. Units: microseconds since 1970 UTC. */
export class EventClock {
  readonly #delaysUs: readonly (bigint | null)[];
  readonly #greatest: (bigint | null)[];
  readonly #watermarks: (bigint | null)[];

  /** `delaysUs` has null for scans without a watermark. */
  constructor(delaysUs: readonly (bigint | null)[]) {
    this.#delaysUs = delaysUs;
    this.#greatest = delaysUs.map(() => null);
    this.#watermarks = delaysUs.map(() => null);
  }

  /** By scan; null where there is none yet. */
  get watermarksUs(): readonly (bigint | null)[] {
    return this.#watermarks;
  }

  /** The least watermark of all scans that have one to come; null until each has seen an event. */
  get watermarkUs(): bigint | null {
    let least: bigint | null = null;
    for (const [scan, delayUs] of this.#delaysUs.entries()) {
      if (delayUs === null) continue;
      const watermark = this.#watermarks[scan] ?? null;
      if (watermark === null) return null;
      if (least === null || watermark < least) least = watermark;
    }
    return least;
  }

  /** Takes note of an instant of an added row. */
  observe(scan: number, instantUs: bigint): void {
    const before = this.#greatest[scan] ?? null;
    if (before === null || instantUs > before) this.#greatest[scan] = instantUs;
  }

  /** Moves the watermarks up to what was seen; called when a micro-batch ends. */
  advance(): void {
    for (const [scan, delayUs] of this.#delaysUs.entries()) {
      const greatest = this.#greatest[scan] ?? null;
      if (delayUs === null || greatest === null) continue;
      const reached = greatest - delayUs;
      const before = this.#watermarks[scan] ?? null;
      if (before === null || reached > before) this.#watermarks[scan] = reached;
    }
  }

  snapshot(writer: StateWriter): void {
    writer.text(JSON.stringify(this.#watermarks.map((watermark) => (watermark === null ? null : String(watermark)))));
  }

  /** Takes the watermarks of a snapshot; the greatest instants follow from the rows to come, which only move them on. */
  restore(reader: StateReader): void {
    (JSON.parse(reader.text()) as (string | null)[]).forEach((watermark, scan) => {
      this.#watermarks[scan] = watermark === null ? null : BigInt(watermark);
    });
  }
}

/** Returns the positions of rows whose instant is before `cutUs`, and of the others (NULL among them). */
export function splitBefore(
  { values, valid }: Column,
  rows: number,
  cutUs: bigint,
): { readonly before: Int32Array; readonly others: Int32Array } {
  const { high: cutHigh, low: cutLow } = lanesOf(cutUs);
  const isBefore = (row: number): boolean => {
    if (valid !== null && valid[row] === 0) return false;
    const high = values[row * 2 + 1] as number;
    return high < cutHigh || (high === cutHigh && (values[row * 2] as number) >>> 0 < cutLow);
  };
  const before = new Int32Array(rows);
  const others = new Int32Array(rows);
  let beforeRows = 0;
  for (let row = 0; row < rows; row += 1) {
    if (isBefore(row)) before[beforeRows++] = row;
    else others[row - beforeRows] = row;
  }
  return { before: before.subarray(0, beforeRows), others: others.subarray(0, rows - beforeRows) };
}

function lanesOf(value: bigint): Lanes {
  return { high: Number(value >> 32n), low: Number(BigInt.asUintN(32, value)) };
}

/** Returns the least and the greatest instant of a column, or null when it has none: NULL and infinity are no events. */
export function rangeOf({ values, valid }: Column, rows: number): { readonly least: bigint; readonly greatest: bigint } | null {
  let [leastHigh, leastLow, greatestHigh, greatestLow] = [INFINITE_HIGH, INFINITE_LOW, -0x80000000, -1];
  for (let row = 0; row < rows; row += 1) {
    const high = values[row * 2 + 1] as number;
    const low = (values[row * 2] as number) >>> 0;
    const isLess = high < leastHigh || (high === leastHigh && low < leastLow);
    const isGreater = high > greatestHigh || (high === greatestHigh && low > greatestLow);
    if (!isLess && !isGreater) continue;
    if ((valid !== null && valid[row] === 0) || (high === INFINITE_HIGH && low === INFINITE_LOW)) continue;
    if (isLess) [leastHigh, leastLow] = [high, low];
    if (isGreater) [greatestHigh, greatestLow] = [high, low];
  }
  return greatestLow === -1 ? null : { least: joined(leastHigh, leastLow), greatest: joined(greatestHigh, greatestLow) };
}

const INFINITE_HIGH = 0x7fffffff;
const INFINITE_LOW = 0xffffffff;

function joined(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}
