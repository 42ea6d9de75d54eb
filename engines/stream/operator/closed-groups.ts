import type { LaneIndex } from '../state/lane-index.ts';
import type { RowLayout } from '../state/row-layout.ts';

/** A group column that is an edge of a window of event time. */
export interface GroupWindow {
  /** Position among the group columns, which are 64-bit. */
  readonly position: number;
  readonly edge: 'start' | 'end';
  /** Units: microseconds. */
  readonly sizeUs: bigint;
}

/** What windows groups belong to. */
export interface GroupWindows {
  readonly columns: readonly GroupWindow[];
  /** Whether rows of closed groups are final rows of the result: nothing above keeps or counts them. */
  readonly final: boolean;
}

/** Returns the groups of which a window ends at or before the watermark, and the others. The window of NULL never ends. */
export function findClosedGroups(
  { columns }: GroupWindows,
  watermarkUs: bigint,
  layout: RowLayout,
  { keys, size }: LaneIndex,
): { readonly closed: Int32Array; readonly open: Int32Array } {
  const isClosed = new Uint8Array(size);
  for (const { position, edge, sizeUs } of columns) {
    const last = edge === 'start' ? watermarkUs - sizeUs : watermarkUs;
    const [lastHigh, lastLow] = [Number(last >> 32n), Number(BigInt.asUintN(32, last))];
    const { lane, bit } = layout.flag(position);
    const at = layout.offset(position);
    for (let group = 0; group < size; group += 1) {
      const base = group * layout.width;
      if (((keys[base + lane] as number) & bit) !== 0) continue;
      const high = keys[base + at + 1] as number;
      if (high < lastHigh || (high === lastHigh && (keys[base + at] as number) >>> 0 <= lastLow)) isClosed[group] = 1;
    }
  }
  const closed = new Int32Array(size);
  const open = new Int32Array(size);
  let closedSize = 0;
  for (let group = 0; group < size; group += 1) {
    if (isClosed[group] === 1) closed[closedSize++] = group;
    else open[group - closedSize] = group;
  }
  return { closed: closed.slice(0, closedSize), open: open.slice(0, size - closedSize) };
}
