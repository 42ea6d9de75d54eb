import { isUtf8 } from 'node:buffer';
import { type Data, DataType, type Field, Precision, TimeUnit } from 'apache-arrow';
import { PlatformError } from '../../spi/index.ts';

const MICROS_PER_DAY = 86_400_000_000n;

function broken(field: Field, what: string): PlatformError {
  return new PlatformError('STORAGE_FILE', `the Arrow data of column "${field.name}" is broken: ${what}`);
}

function checkOffsets(field: Field, data: Data, limit: number): void {
  const offsets = data.valueOffsets as unknown as Int32Array | BigInt64Array | undefined;
  if (offsets === undefined || offsets.length < data.length + 1) throw broken(field, 'offsets are missing');
  let last = Number(offsets[0] ?? 0);
  if (last < 0) throw broken(field, 'an offset is negative');
  for (let index = 1; index <= data.length; index += 1) {
    const next = Number(offsets[index] ?? 0);
    if (next < last) throw broken(field, 'offsets go backwards');
    last = next;
  }
  if (last > limit) throw broken(field, 'an offset leaves its buffer');
}

function checkText(field: Field, data: Data): void {
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets as unknown as Int32Array | BigInt64Array;
  const start = Number(offsets[0] ?? 0);
  const end = Number(offsets[data.length] ?? 0);
  if (!isUtf8(bytes.subarray(start, end))) throw broken(field, 'a text is not UTF-8');
  for (let index = 0; index < data.length; index += 1) {
    const at = Number(offsets[index] ?? 0);
    if (at < end && ((bytes[at] ?? 0) & 0xc0) === 0x80) throw broken(field, 'a text begins inside a character');
  }
}

function checkDecimal(field: Field, data: Data, precision: number): void {
  const words = new BigInt64Array((data.values as Uint32Array).buffer, (data.values as Uint32Array).byteOffset, data.length * 2);
  const limit = 10n ** BigInt(precision);
  for (let index = 0; index < data.length; index += 1) {
    const low = words[index * 2] ?? 0n;
    const high = words[index * 2 + 1] ?? 0n;
    const small = high === (low < 0n ? -1n : 0n);
    const value = small ? low : (high << 64n) | BigInt.asUintN(64, low);
    if ((value >= limit || value <= -limit) && isPresent(data, index)) throw broken(field, 'a decimal has more digits than its type');
  }
}

function isPresent(data: Data, index: number): boolean {
  return data.nullCount === 0 || (((data.nullBitmap[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

/** DuckDB keeps instants in microseconds and would drop the last three digits of these without a word. Values are taken by halves of 32 bits, which
 *  spares a bigint each. */
function checkInstants(field: Field, data: Data): void {
  const { buffer, byteOffset } = data.values as BigInt64Array;
  const low = new Uint32Array(buffer, byteOffset, data.length * 2);
  const high = new Int32Array(buffer, byteOffset, data.length * 2);
  const highFactor = 2 ** 32 % 1000;
  for (let index = 0; index < data.length; index += 1) {
    if (((high[index * 2 + 1] ?? 0) * highFactor + (low[index * 2] ?? 0)) % 1000 === 0 || !isPresent(data, index)) continue;
    const what = `column "${field.name}" has an instant that is no whole number of microseconds`;
    throw new PlatformError('STORAGE_FILE', `the Arrow stream has values that tables cannot take: ${what}`);
  }
}

function checkFixed(field: Field, data: Data, widthBits: number): void {
  const bytes = (data.values as Uint8Array).byteLength;
  if (bytes * 8 < data.length * widthBits) throw broken(field, 'values are missing');
}

function widthBits(type: DataType): number {
  if (DataType.isBool(type)) return 1;
  if (DataType.isInt(type) || DataType.isDecimal(type)) return type.bitWidth;
  if (DataType.isFloat(type)) return type.precision === Precision.SINGLE ? 32 : 64;
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth * 8;
  return DataType.isDate(type) ? 32 : 64;
}

/** Checks that every buffer of a column is as long as its values need and that offsets, texts, times and decimals are sound, so that native
 *  code may read it, and that instants in nanoseconds are whole microseconds. The type must be one that `ingestType` takes.
 *  @throws STORAGE_FILE */
export function checkArrowData(field: Field, data: Data): void {
  const { type } = data;
  if (data.offset !== 0) throw broken(field, 'it does not start at row 0');
  if (data.nullCount > 0 && data.nullBitmap.byteLength * 8 < data.length) throw broken(field, 'the validity bitmap is too short');
  const children = (type as { readonly children?: readonly Field[] | null }).children ?? [];
  if (DataType.isStruct(type) || DataType.isList(type) || DataType.isMap(type)) {
    const [first] = data.children;
    if (data.children.length !== children.length || first === undefined) throw broken(field, 'nested columns are missing');
    if (DataType.isStruct(type)) {
      if (data.children.some((child) => child.length < data.length)) throw broken(field, 'a nested column is too short');
    } else checkOffsets(field, data, first.length);
    children.forEach((child, index) => {
      const nested = data.children[index];
      if (nested !== undefined) checkArrowData(child, nested);
    });
    return;
  }
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isBinary(type) || DataType.isLargeBinary(type)) {
    checkOffsets(field, data, (data.values as Uint8Array).byteLength);
    if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) checkText(field, data);
    return;
  }
  checkFixed(field, data, widthBits(type));
  if (DataType.isDecimal(type)) checkDecimal(field, data, type.precision);
  if (DataType.isTimestamp(type) && type.unit === TimeUnit.NANOSECOND && (type.timezone ?? '') !== '') checkInstants(field, data);
  if (DataType.isTime(type)) {
    const outside = (data.values as BigInt64Array)
      .subarray(0, data.length)
      .some((value, index) => (value < 0n || value >= MICROS_PER_DAY) && isPresent(data, index));
    if (outside) throw broken(field, 'a time of day is past midnight');
  }
}
