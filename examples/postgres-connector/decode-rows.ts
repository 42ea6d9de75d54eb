import {
  Binary,
  Bool,
  type Data,
  type DataType as ArrowType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { type DataType, PlatformError, type ScanColumn } from '../../spi/index.ts';

/** Bytes of the marker with which an Arrow stream ends. */
const END_OF_STREAM_BYTES = 8;

/** Rows of a record batch. */
const BATCH_ROWS = 16_384;

/** Days from 1970 to 2000, from where PostgreSQL counts. */
export const EPOCH_DAYS = 10_957;

/** Microseconds from 1970 to 2000. */
export const EPOCH_US = 946_684_800_000_000n;

/** Takes the values of one column, row by row, from the bytes of the messages that they come in. */
interface Column {
  /** Takes the value of so many bytes at a place; fewer than 0 bytes stand for NULL. */
  add(row: number, bytes: Buffer, at: number, length: number): void;
  /** Returns the values of the rows so far; the column begins anew. */
  finish(rows: number): Data;
}

/** Encodes rows of a binary COPY as Arrow IPC messages: the schema first, then batches. */
export class RowDecoder {
  readonly #columns: readonly Column[];
  readonly #schema: Schema;
  readonly #opening: Uint8Array;
  #rows = 0;

  constructor(columns: readonly ScanColumn[]) {
    this.#columns = columns.map(({ type }) => createColumn(type));
    this.#schema = new Schema(columns.map(({ name, type, nullable }) => new Field(name, arrowType(type), nullable)));
    this.#opening = this.#stream([]).slice(0, -END_OF_STREAM_BYTES);
  }

  get schemaMessage(): Uint8Array {
    return this.#opening;
  }

  /** Takes a row, whose bytes may be used again afterwards; the marker that ends a copy is none.
   *  @throws CONNECTOR_FAILED for values that no column here holds: infinite dates, NaN in decimals */
  addRow(bytes: Buffer, from: number): void {
    const width = bytes.readInt16BE(from);
    if (width === -1) return;
    if (width !== this.#columns.length) throw new PlatformError('CONNECTOR_FAILED', 'PostgreSQL sent a row of another width.');
    let at = from + 2;
    for (const column of this.#columns) {
      const length = bytes.readInt32BE(at);
      at += 4;
      column.add(this.#rows, bytes, at, length);
      if (length > 0) at += length;
    }
    this.#rows += 1;
  }

  get isFull(): boolean {
    return this.#rows === BATCH_ROWS;
  }

  /** Returns the message of a batch of the rows that were added since the last one; null for none. */
  takeBatch(): Uint8Array | null {
    const rows = this.#rows;
    if (rows === 0) return null;
    this.#rows = 0;
    const children = this.#columns.map((column) => column.finish(rows));
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows, nullCount: 0, children });
    return this.#stream([new RecordBatch(this.#schema, data)]).slice(this.#opening.byteLength, -END_OF_STREAM_BYTES);
  }

  #stream(batches: readonly RecordBatch[]): Uint8Array {
    const writer = new RecordBatchStreamWriter();
    writer.reset(undefined, this.#schema);
    for (const batch of batches) writer.write(batch);
    writer.finish();
    return writer.toUint8Array(true);
  }
}

function arrowType(type: DataType): ArrowType {
  switch (type.kind) {
    case 'boolean':
      return new Bool();
    case 'integer':
      return new Int32();
    case 'bigint':
      return new Int64();
    case 'real':
      return new Float32();
    case 'double':
      return new Float64();
    case 'date':
      return new DateDay();
    case 'time':
      return new TimeMicrosecond();
    case 'timestamp':
      return new TimestampMicrosecond();
    case 'timestamptz':
      return new TimestampMicrosecond('UTC');
    case 'varbinary':
      return new Binary();
    case 'decimal':
      return new Decimal(type.scale, type.precision, 128);
    default:
      return new Utf8();
  }
}

function createColumn(type: DataType): Column {
  const values = valuesOf(type);
  const validity = new Uint8Array(BATCH_ROWS / 8);
  let nullCount = 0;
  return {
    add: (row, bytes, at, length) => {
      if (length < 0) nullCount += 1;
      else validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
      values.set(row, bytes, at, length);
    },
    finish: (rows) => {
      const nullBitmap = validity.slice(0, (rows + 7) >> 3);
      const data = makeData({ type: arrowType(type), length: rows, nullCount, nullBitmap, ...values.take(rows) } as never);
      validity.fill(0);
      nullCount = 0;
      return data as Data;
    },
  };
}

/** The values of a column: what is set for NULL is not looked at. The message of a batch copies what is taken. */
interface Values {
  set(row: number, bytes: Buffer, at: number, length: number): void;
  take(rows: number): object;
}

function fixed<Target extends Int32Array | BigInt64Array | Float32Array | Float64Array>(
  data: Target,
  read: (bytes: Buffer, at: number) => Target[number],
): Values {
  return {
    set: (row, bytes, at, length) => {
      if (length >= 0) data[row] = read(bytes, at);
    },
    take: (rows) => ({ data: data.subarray(0, rows) }),
  };
}

/** Whole numbers of eight bytes, as two halves: numbers that need no memory of their own. */
function longs(): Values {
  const data = new BigInt64Array(BATCH_ROWS);
  const halves = new Int32Array(data.buffer);
  return {
    set: (row, bytes, at, length) => {
      if (length < 0) return;
      halves[row * 2] = bytes.readInt32BE(at + 4);
      halves[row * 2 + 1] = bytes.readInt32BE(at);
    },
    take: (rows) => ({ data: data.subarray(0, rows) }),
  };
}

function valuesOf(type: DataType): Values {
  switch (type.kind) {
    case 'boolean':
      return bits();
    case 'integer':
      return fixed(new Int32Array(BATCH_ROWS), (bytes, at) => bytes.readInt32BE(at));
    case 'bigint':
    case 'time':
      return longs();
    case 'real':
      return fixed(new Float32Array(BATCH_ROWS), (bytes, at) => bytes.readFloatBE(at));
    case 'double':
      return fixed(new Float64Array(BATCH_ROWS), (bytes, at) => bytes.readDoubleBE(at));
    case 'date':
      return fixed(new Int32Array(BATCH_ROWS), (bytes, at) => finite(bytes.readInt32BE(at)) + EPOCH_DAYS);
    case 'timestamp':
    case 'timestamptz':
      return fixed(new BigInt64Array(BATCH_ROWS), (bytes, at) => finiteInstant(bytes.readBigInt64BE(at)) + EPOCH_US);
    case 'decimal':
      return decimals(type.scale);
    default:
      return texts();
  }
}

function bits(): Values {
  const data = new Uint8Array(BATCH_ROWS / 8);
  return {
    set: (row, bytes, at, length) => {
      const bit = 1 << (row & 7);
      const byte = data[row >> 3] ?? 0;
      data[row >> 3] = length > 0 && bytes[at] === 1 ? byte | bit : byte & ~bit;
    },
    take: (rows) => ({ data: data.subarray(0, (rows + 7) >> 3) }),
  };
}

function decimals(scale: number): Values {
  const data = new BigInt64Array(BATCH_ROWS * 2);
  return {
    set: (row, bytes, at, length) => {
      if (length < 0) return;
      const unscaled = readNumeric(bytes, at, scale);
      data[row * 2] = BigInt.asIntN(64, unscaled);
      data[row * 2 + 1] = unscaled >> 64n;
    },
    take: (rows) => ({ data: new Uint32Array(data.buffer, 0, rows * 4) }),
  };
}

function texts(): Values {
  const valueOffsets = new Int32Array(BATCH_ROWS + 1);
  let data = Buffer.allocUnsafe(BATCH_ROWS * 8);
  let end = 0;
  return {
    set: (row, bytes, at, length) => {
      if (length > 0) {
        if (end + length > data.byteLength) {
          const larger = Buffer.allocUnsafe(Math.max(end + length, data.byteLength * 2));
          data.copy(larger, 0, 0, end);
          data = larger;
        }
        // Calls cost more than the bytes of a short text.
        if (length < 32) for (let index = 0; index < length; index += 1) data[end + index] = bytes[at + index] ?? 0;
        else bytes.copy(data, end, at, at + length);
        end += length;
      }
      valueOffsets[row + 1] = end;
    },
    take: (rows) => {
      const taken = { valueOffsets: valueOffsets.subarray(0, rows + 1), data: data.subarray(0, end) };
      end = 0;
      return taken;
    },
  };
}

const infinite = (): PlatformError =>
  new PlatformError('CONNECTOR_FAILED', 'A date or timestamp of PostgreSQL is infinite, which no column here holds.', {
    hint: 'Leave out such rows, or read them by a view that makes NULL of them.',
  });

function finite(days: number): number {
  if (days === 2_147_483_647 || days === -2_147_483_648) throw infinite();
  return days;
}

function finiteInstant(microseconds: bigint): bigint {
  if (microseconds === 2n ** 63n - 1n || microseconds === -(2n ** 63n)) throw infinite();
  return microseconds;
}

const NEGATIVE = 0x4000;

/** Reads PostgreSQL's form of a number: groups of four digits, the first counts 10000 to the power of `weight`. */
function readNumeric(bytes: Buffer, at: number, scale: number): bigint {
  const groups = bytes.readInt16BE(at);
  const weight = bytes.readInt16BE(at + 2);
  const sign = bytes.readUInt16BE(at + 4);
  if (sign > NEGATIVE)
    throw new PlatformError('CONNECTOR_FAILED', 'A number of PostgreSQL is NaN or infinite, which no decimal here holds.');
  let unscaled = 0n;
  for (let index = 0; index < groups; index += 1) unscaled = unscaled * 10_000n + BigInt(bytes.readUInt16BE(at + 8 + index * 2));
  // The last group counts 10000 to the power of (weight - groups + 1).
  const shift = (weight - groups + 1) * 4 + scale;
  const scaled = shift >= 0 ? unscaled * 10n ** BigInt(shift) : unscaled / 10n ** BigInt(-shift);
  return sign === NEGATIVE ? -scaled : scaled;
}
