import type { ByteReader } from './byte-reader.ts';

const COOKIE_WITHOUT_RUNS = 12346;
const COOKIE_WITH_RUNS = 12347;
const ARRAY_VALUES_MAX = 4096;
const BITMAP_BYTES = 8192;
/** With runs, fewer containers than this have no table of offsets. */
const OFFSETS_FROM = 4;

/** Reads a 32-bit Roaring bitmap in its portable form and gives its numbers in ascending order.
 *  @throws STORAGE_CORRUPT
 *  @see RoaringFormatSpec, "General layout" */
export function* readRoaring(reader: ByteReader): Generator<number> {
  const cookie = reader.uint32();
  const hasRuns = (cookie & 0xffff) === COOKIE_WITH_RUNS;
  if (!hasRuns && cookie !== COOKIE_WITHOUT_RUNS) throw reader.corrupt('a bitmap does not begin with its mark');
  const count = hasRuns ? (cookie >>> 16) + 1 : reader.uint32();
  if (count > 65_536) throw reader.corrupt(`a bitmap cannot have ${String(count)} containers`);
  const runs = hasRuns ? reader.bytes((count + 7) >> 3) : null;
  const header: { readonly key: number; readonly values: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    const key = reader.uint16();
    if (key <= (header.at(-1)?.key ?? -1)) throw reader.corrupt('containers of a bitmap are out of order');
    header.push({ key, values: reader.uint16() + 1 });
  }
  if (!hasRuns || count >= OFFSETS_FROM) reader.bytes(4 * count);
  for (const [index, { key, values }] of header.entries()) {
    const isRun = runs !== null && (((runs[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
    let found = 0;
    let last = -1;
    for (const low of containerValues(reader, isRun, values)) {
      if (low <= last || low > 0xffff) throw reader.corrupt('numbers of a bitmap are out of order');
      last = low;
      found += 1;
      yield key * 65_536 + low;
    }
    if (found !== values) throw reader.corrupt(`a container has ${String(found)} numbers in place of ${String(values)}`);
  }
}

function* containerValues(reader: ByteReader, isRun: boolean, values: number): Generator<number> {
  if (isRun) {
    for (let left = reader.uint16(); left > 0; left -= 1) {
      const start = reader.uint16();
      const length = reader.uint16() + 1;
      for (let low = start; low < start + length; low += 1) yield low;
    }
  } else if (values <= ARRAY_VALUES_MAX) {
    for (let left = values; left > 0; left -= 1) yield reader.uint16();
  } else {
    const bits = reader.bytes(BITMAP_BYTES);
    for (let byte = 0; byte < BITMAP_BYTES; byte += 1) {
      const set = bits[byte] ?? 0;
      for (let bit = 0; set >> bit !== 0; bit += 1) if (((set >> bit) & 1) === 1) yield byte * 8 + bit;
    }
  }
}
