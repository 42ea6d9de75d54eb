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

/** Days and microseconds from 1970 to 2000, from where PostgreSQL counts. */
const EPOCH_DAYS = 10_957;
const EPOCH_US = 946_684_800_000_000n;

/** The values of a column of one batch. */
interface Column {
  /** Takes a value's bytes, or NULL. */
  add(bytes: Uint8Array | null): void;
  finish(): Data;
}

/** Encodes rows of a binary COPY as Arrow IPC messages: the schema first, then a batch for each list of rows. */
export class RowDecoder {
  readonly #columns: readonly ScanColumn[];
  readonly #schema: Schema;
  readonly #opening: Uint8Array;

  constructor(columns: readonly ScanColumn[]) {
    this.#columns = columns;
    this.#schema = new Schema(columns.map(({ name, type, nullable }) => new Field(name, arrowType(type), nullable)));
    this.#opening = this.#stream([]).slice(0, -END_OF_STREAM_BYTES);
  }

  get schemaMessage(): Uint8Array {
    return this.#opening;
  }

  /** Returns the message of a batch. @throws CONNECTOR_FAILED for values that no column here holds: infinite dates, NaN in decimals */
  batchMessage(rows: readonly Uint8Array[]): Uint8Array {
    const columns = this.#columns.map((column) => createColumn(column, rows.length));
    for (const row of rows) addRow(row, columns);
    const children = columns.map((column) => column.finish());
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows.length, nullCount: 0, children });
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

function addRow(row: Uint8Array, columns: readonly Column[]): void {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  if (view.getInt16(0) !== columns.length) throw new PlatformError('CONNECTOR_FAILED', 'PostgreSQL sent a row of another width.');
  let at = 2;
  for (const column of columns) {
    const length = view.getInt32(at);
    at += 4;
    column.add(length < 0 ? null : row.subarray(at, at + length));
    at += Math.max(0, length);
  }
}

/** True for the message that ends a copy. */
export function isTrailer(row: Uint8Array): boolean {
  return row.byteLength === 2 && row[0] === 0xff && row[1] === 0xff;
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

function createColumn({ type }: ScanColumn, rows: number): Column {
  const validity = new Uint8Array((rows + 7) >> 3);
  const values = valuesOf(type, rows);
  let row = 0;
  let nullCount = 0;
  return {
    add: (bytes) => {
      if (bytes === null) nullCount += 1;
      else {
        validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
      }
      values.set(row, bytes);
      row += 1;
    },
    finish: () => makeData({ type: arrowType(type), length: rows, nullCount, nullBitmap: validity, ...values.buffers() } as never),
  };
}

interface Values {
  set(row: number, bytes: Uint8Array | null): void;
  buffers(): object;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function fixed<Buffer extends { [index: number]: unknown }>(data: Buffer, read: (view: DataView) => Buffer[number]): Values {
  return {
    set: (row, bytes) => {
      if (bytes !== null) data[row] = read(viewOf(bytes));
    },
    buffers: () => ({ data }),
  };
}

function valuesOf(type: DataType, rows: number): Values {
  switch (type.kind) {
    case 'boolean': {
      const data = new Uint8Array((rows + 7) >> 3);
      const set = (row: number, bytes: Uint8Array | null): void => {
        if (bytes?.[0] === 1) data[row >> 3] = (data[row >> 3] ?? 0) | (1 << (row & 7));
      };
      return { set, buffers: () => ({ data }) };
    }
    case 'integer':
      return fixed(new Int32Array(rows), (view) => view.getInt32(0));
    case 'bigint':
    case 'time':
      return fixed(new BigInt64Array(rows), (view) => view.getBigInt64(0));
    case 'real':
      return fixed(new Float32Array(rows), (view) => view.getFloat32(0));
    case 'double':
      return fixed(new Float64Array(rows), (view) => view.getFloat64(0));
    case 'date':
      return fixed(new Int32Array(rows), (view) => finite(view.getInt32(0)) + EPOCH_DAYS);
    case 'timestamp':
    case 'timestamptz':
      return fixed(new BigInt64Array(rows), (view) => finiteInstant(view.getBigInt64(0)) + EPOCH_US);
    case 'decimal': {
      const data = new BigInt64Array(rows * 2);
      const set = (row: number, bytes: Uint8Array | null): void => {
        if (bytes === null) return;
        const unscaled = readNumeric(viewOf(bytes), type.scale);
        data[row * 2] = BigInt.asIntN(64, unscaled);
        data[row * 2 + 1] = unscaled >> 64n;
      };
      return { set, buffers: () => ({ data: new Uint32Array(data.buffer) }) };
    }
    default:
      return textValues(rows);
  }
}

function textValues(rows: number): Values {
  const valueOffsets = new Int32Array(rows + 1);
  const parts: Uint8Array[] = [];
  return {
    set: (row, bytes) => {
      if (bytes !== null) parts.push(bytes);
      valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + (bytes?.byteLength ?? 0);
    },
    buffers: () => ({ valueOffsets, data: new Uint8Array(Buffer.concat(parts)) }),
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
function readNumeric(view: DataView, scale: number): bigint {
  const groups = view.getInt16(0);
  const weight = view.getInt16(2);
  const sign = view.getUint16(4);
  if (sign > NEGATIVE)
    throw new PlatformError('CONNECTOR_FAILED', 'A number of PostgreSQL is NaN or infinite, which no decimal here holds.');
  let unscaled = 0n;
  for (let index = 0; index < groups; index += 1) unscaled = unscaled * 10_000n + BigInt(view.getUint16(8 + index * 2));
  // The last group counts 10000 to the power of (weight - groups + 1).
  const shift = (weight - groups + 1) * 4 + scale;
  const scaled = shift >= 0 ? unscaled * 10n ** BigInt(shift) : unscaled / 10n ** BigInt(-shift);
  return sign === NEGATIVE ? -scaled : scaled;
}
