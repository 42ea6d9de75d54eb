import { type Data, type RecordBatch } from 'apache-arrow';
import { PlatformError } from '../../spi/index.ts';
import { EPOCH_DAYS, EPOCH_US } from './decode-rows.ts';

/** What a binary COPY begins with: signature, flags, and the length of an extension that nobody uses. */
export const COPY_HEADER = Buffer.from('PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** What it ends with. */
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/** A column that takes values: its name and type as PostgreSQL writes them. */
export interface TargetColumn {
  readonly name: string;
  readonly type: string;
}

/** Bytes that grow. */
class Bytes {
  #buffer = Buffer.allocUnsafe(2 ** 16);
  length = 0;

  /** Makes room and returns where it begins. */
  take(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.#buffer.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(this.length, this.#buffer.byteLength * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    return at;
  }

  get buffer(): Buffer {
    return this.#buffer;
  }
}

/** Writes a value that is not NULL: its length and its bytes. */
type Write = (out: Bytes, row: number) => void;

/** Encodes a record batch as rows of a binary COPY.
 *  @throws SQL_INVALID_VALUE for a value that the column's type does not hold, CONNECTOR_FAILED for a type that is not written */
export function encodeBatch(batch: RecordBatch, columns: readonly TargetColumn[]): Uint8Array {
  const out = new Bytes();
  const writers = columns.map((column, index) => {
    const data = batch.getChildAt(index)?.data[0] as Data;
    return { data, write: writeOf(column, data) };
  });
  for (let row = 0; row < batch.numRows; row += 1) {
    const width = out.take(2);
    out.buffer.writeInt16BE(columns.length, width);
    for (const { data, write } of writers) {
      if (data.getValid(row)) write(out, row);
      else {
        const length = out.take(4);
        out.buffer.writeInt32BE(-1, length);
      }
    }
  }
  return out.buffer.subarray(0, out.length);
}

function writeOf(column: TargetColumn, data: Data): Write {
  const numbers = data.values as { readonly [row: number]: number };
  const wide = data.values as { readonly [row: number]: bigint };
  const number = (row: number): number => numbers[row] ?? 0;
  const long = (row: number): bigint => wide[row] ?? 0n;
  switch (column.type.replace(/\(.*?\)/, '')) {
    case 'boolean':
      return fixed(1, (out, at, row) => out.writeInt8(isSet(data, row) ? 1 : 0, at));
    case 'smallint':
      return fixed(2, (out, at, row) => out.writeInt16BE(inRange(number(row), -32_768, 32_767, column), at));
    case 'integer':
      return fixed(4, (out, at, row) => out.writeInt32BE(number(row), at));
    case 'bigint':
    case 'time without time zone':
      return fixed(8, (out, at, row) => out.writeBigInt64BE(long(row), at));
    case 'real':
      return fixed(4, (out, at, row) => out.writeFloatBE(number(row), at));
    case 'double precision':
      return fixed(8, (out, at, row) => out.writeDoubleBE(number(row), at));
    case 'date':
      // The smallest number stands for minus infinity.
      return fixed(4, (out, at, row) => out.writeInt32BE(inRange(number(row) - EPOCH_DAYS, -2_147_483_647, 2_147_483_646, column), at));
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return fixed(8, (out, at, row) => out.writeBigInt64BE(inLongRange(long(row) - EPOCH_US, column), at));
    case 'numeric':
      return (out, row) => {
        writeNumeric(out, unscaledAt(data, row), (data.type as unknown as { readonly scale: number }).scale);
      };
    case 'uuid':
      return (out, row) => {
        writeBytes(out, Buffer.from(Buffer.from(bytesAt(data, row)).toString('latin1').replaceAll('-', ''), 'hex'));
      };
    case 'jsonb':
      return (out, row) => {
        writeBytes(out, Buffer.concat([Buffer.from([1]), bytesAt(data, row)]));
      };
    case 'text':
    case 'character varying':
    case 'character':
    case 'name':
    case 'json':
    case 'bytea':
      return (out, row) => {
        writeBytes(out, bytesAt(data, row));
      };
    default:
      throw new PlatformError(
        'CONNECTOR_FAILED',
        `Column "${column.name}" is of type ${column.type}, which this connector does not write.`,
      );
  }
}

function fixed(bytes: number, put: (out: Buffer, at: number, row: number) => void): Write {
  return (out, row) => {
    const at = out.take(4 + bytes);
    out.buffer.writeInt32BE(bytes, at);
    put(out.buffer, at + 4, row);
  };
}

function writeBytes(out: Bytes, bytes: Uint8Array): void {
  const at = out.take(4 + bytes.byteLength);
  out.buffer.writeInt32BE(bytes.byteLength, at);
  out.buffer.set(bytes, at + 4);
}

function bytesAt({ valueOffsets, values }: Data, row: number): Uint8Array {
  const offsets = valueOffsets as Int32Array;
  return (values as Uint8Array).subarray(offsets[row], offsets[row + 1]);
}

function isSet({ values, offset }: Data, row: number): boolean {
  const bit = row + offset;
  return (((values as Uint8Array)[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}

function inRange(value: number, from: number, to: number, { name, type }: TargetColumn): number {
  if (value >= from && value <= to) return value;
  throw new PlatformError('SQL_INVALID_VALUE', `Column "${name}" of type ${type} does not hold ${String(value)}.`);
}

function inLongRange(value: bigint, { name, type }: TargetColumn): bigint {
  if (value > -(2n ** 63n)) return value;
  throw new PlatformError('SQL_INVALID_VALUE', `Column "${name}" of type ${type} does not hold so early an instant.`);
}

function unscaledAt({ values }: Data, row: number): bigint {
  const words = values as Uint32Array;
  let unscaled = 0n;
  for (let word = 3; word >= 0; word -= 1) unscaled = (unscaled << 32n) | BigInt(words[row * 4 + word] ?? 0);
  return BigInt.asIntN(128, unscaled);
}

/** Writes PostgreSQL's form of a number: groups of four digits around the point, without zeros at both ends. */
function writeNumeric(out: Bytes, unscaled: bigint, scale: number): void {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale);
  const text = whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0');
  const groups = (text.match(/.{4}/g) ?? []).map(Number);
  let weight = Math.ceil(whole.length / 4) - 1;
  while (groups[0] === 0) {
    groups.shift();
    weight -= 1;
  }
  while (groups.at(-1) === 0) groups.pop();
  const at = out.take(12 + groups.length * 2);
  out.buffer.writeInt32BE(8 + groups.length * 2, at);
  out.buffer.writeInt16BE(groups.length, at + 4);
  out.buffer.writeInt16BE(groups.length === 0 ? 0 : weight, at + 6);
  out.buffer.writeUInt16BE(unscaled < 0n ? 0x4000 : 0, at + 8);
  out.buffer.writeUInt16BE(scale, at + 10);
  for (const [index, group] of groups.entries()) out.buffer.writeUInt16BE(group, at + 12 + index * 2);
}
