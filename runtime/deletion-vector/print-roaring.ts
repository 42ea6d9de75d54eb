const COOKIE_WITHOUT_RUNS = 12346;
const COOKIE_WITH_RUNS = 12347;
const ARRAY_VALUES_MAX = 4096;
const BITMAP_BYTES = 8192;
const OFFSETS_FROM = 4;

interface Container {
  readonly key: number;
  readonly values: number;
  readonly isRun: boolean;
  readonly bytes: Uint8Array;
}

/** Returns a 32-bit Roaring bitmap of ascending numbers in its portable form; each container has the form that takes the fewest bytes.
 *  @see RoaringFormatSpec, "General layout" */
export function printRoaring(numbers: readonly number[]): Uint8Array {
  const containers = containersOf(numbers);
  const hasRuns = containers.some(({ isRun }) => isRun);
  const count = containers.length;
  const head: number[] = [];
  const uint16 = (value: number): number => head.push(value & 0xff, (value >>> 8) & 0xff);
  const uint32 = (value: number): number => head.push(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
  if (hasRuns) {
    uint16(COOKIE_WITH_RUNS);
    uint16(count - 1);
    for (let start = 0; start < count; start += 8) {
      head.push(containers.slice(start, start + 8).reduce((bits, { isRun }, bit) => bits | (isRun ? 1 << bit : 0), 0));
    }
  } else {
    uint32(COOKIE_WITHOUT_RUNS);
    uint32(count);
  }
  for (const { key, values } of containers) {
    uint16(key);
    uint16(values - 1);
  }
  if (!hasRuns || count >= OFFSETS_FROM) {
    let offset = head.length + 4 * count;
    for (const { bytes } of containers) {
      uint32(offset);
      offset += bytes.length;
    }
  }
  return Buffer.concat([Uint8Array.from(head), ...containers.map(({ bytes }) => bytes)]);
}

function containersOf(numbers: readonly number[]): readonly Container[] {
  const containers: Container[] = [];
  for (let start = 0; start < numbers.length; ) {
    const key = Math.floor((numbers[start] ?? 0) / 65_536);
    let end = start;
    while (end < numbers.length && Math.floor((numbers[end] ?? 0) / 65_536) === key) end += 1;
    containers.push(
      containerOf(
        key,
        Uint16Array.from(numbers.slice(start, end), (value) => value % 65_536),
      ),
    );
    start = end;
  }
  return containers;
}

function containerOf(key: number, lows: Uint16Array): Container {
  const runs = runsOf(lows);
  const plainBytes = lows.length <= ARRAY_VALUES_MAX ? 2 * lows.length : BITMAP_BYTES;
  const isRun = 2 + 2 * runs.length < plainBytes;
  const bytes = isRun ? shorts([runs.length / 2, ...runs]) : lows.length <= ARRAY_VALUES_MAX ? shorts(lows) : bitmapOf(lows);
  return { key, values: lows.length, isRun, bytes };
}

/** Pairs of the first number of a run and of how many follow it. */
function runsOf(lows: Uint16Array): readonly number[] {
  const runs: number[] = [];
  let [start, last] = [-1, -1];
  for (const low of lows) {
    if (start >= 0 && low === last + 1) last = low;
    else {
      if (start >= 0) runs.push(start, last - start);
      [start, last] = [low, low];
    }
  }
  if (start >= 0) runs.push(start, last - start);
  return runs;
}

function shorts(values: Iterable<number> & { readonly length: number }): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length);
  let at = 0;
  for (const value of values) at = bytes.writeUInt16LE(value, at);
  return bytes;
}

function bitmapOf(lows: Uint16Array): Uint8Array {
  const bits = new Uint8Array(BITMAP_BYTES);
  for (const low of lows) bits[low >> 3] = (bits[low >> 3] ?? 0) | (1 << (low & 7));
  return bits;
}
