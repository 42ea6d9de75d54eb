import {
  Binary,
  Bool,
  type DataType as ArrowType,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type { SqliteValue } from 'libsql';
import { type DataType, PlatformError, type ScanColumn } from '../../spi/index.ts';

/** Bytes of the marker with which an Arrow stream ends. */
const END_OF_STREAM_BYTES = 8;

/** Encodes rows as Arrow IPC messages: the schema first, then a batch for each list of rows. */
export class RowEncoder {
  readonly #columns: readonly ScanColumn[];
  readonly #schema: Schema;
  readonly schemaMessage: Uint8Array;

  constructor(columns: readonly ScanColumn[]) {
    this.#columns = columns;
    this.#schema = new Schema(columns.map(({ name, type, nullable }) => new Field(name, arrowType(type), nullable)));
    this.schemaMessage = this.#stream([]).slice(0, -END_OF_STREAM_BYTES);
  }

  /** @throws CONNECTOR_FAILED for a value that is not of its column's type: SQLite lets them in */
  batchMessage(rows: readonly (readonly SqliteValue[])[]): Uint8Array {
    const children = this.#columns.map(({ name, type }, index) => {
      const values = rows.map((row) => valueOf(row[index] ?? null, type, name));
      return vectorFromArray(values as never[], arrowType(type)).data[0];
    });
    const data = makeData({ type: new Struct(this.#schema.fields), length: rows.length, nullCount: 0, children: children as never });
    return this.#stream([new RecordBatch(this.#schema, data)]).slice(this.schemaMessage.byteLength, -END_OF_STREAM_BYTES);
  }

  #stream(batches: readonly RecordBatch[]): Uint8Array {
    const writer = new RecordBatchStreamWriter();
    writer.reset(undefined, this.#schema);
    for (const batch of batches) writer.write(batch);
    writer.finish();
    return writer.toUint8Array(true);
  }
}

function arrowType({ kind }: DataType): ArrowType {
  switch (kind) {
    case 'boolean':
      return new Bool();
    case 'bigint':
      return new Int64();
    case 'double':
      return new Float64();
    case 'varbinary':
      return new Binary();
    default:
      return new Utf8();
  }
}

function valueOf(value: SqliteValue, { kind }: DataType, name: string): SqliteValue | boolean {
  if (value === null) return null;
  if (kind === 'bigint' && typeof value === 'bigint') return value;
  if (kind === 'double' && typeof value === 'number') return value;
  if (kind === 'varchar' && typeof value === 'string') return value;
  if (kind === 'varbinary' && value instanceof Uint8Array) return value;
  if (kind === 'boolean' && (value === 0n || value === 1n)) return value === 1n;
  const seen = value instanceof Uint8Array ? 'bytes' : typeof value === 'string' ? 'a text' : String(value);
  throw new PlatformError('CONNECTOR_FAILED', `Column "${name}" holds ${seen}, which is no ${kind}.`, {
    hint: 'SQLite keeps any value in any column. Read the table by a view with a condition on typeof(column).',
  });
}
