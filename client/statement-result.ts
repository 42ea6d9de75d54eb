import { type Data, type DataType, type Field, type RecordBatch, RecordBatchReader, Table } from 'apache-arrow';
import { readColumn, type Row } from '../runtime/arrow/index.ts';
import { checkComplete } from './check-complete.ts';
import type { SqlAnswer } from './send-statement.ts';

/** The answer to a statement, read once: by batches, by rows, or whole. Leaving a loop early ends the statement.
 *  Guarantees: a loop ends normally only after the last row; a connection that is cut is an error (ENGINE_LOST), never a shorter result. */
export class StatementResult implements AsyncIterable<Row> {
  readonly queryId: string;
  /** Name of the engine that answered; null when none was needed. */
  readonly engine: string | null;
  /** Snapshots read, as `schema.table@id` with commas between; null for none. Sent as the setting `snapshot` they make a later statement read the same. */
  readonly snapshots: string | null;
  /** `hit` when the answer was kept from before, else `miss`; null when no engine was asked. */
  readonly cache: string | null;
  /** Columns with their Arrow types. */
  readonly columns: readonly Field<DataType>[];
  readonly #bytes: AsyncGenerator<Uint8Array>;
  readonly #reader: RecordBatchReader;

  private constructor(answer: SqlAnswer, bytes: AsyncGenerator<Uint8Array>, reader: RecordBatchReader) {
    this.queryId = answer.queryId;
    this.engine = answer.engine;
    this.snapshots = answer.snapshots;
    this.cache = answer.cache;
    this.columns = reader.schema.fields;
    this.#bytes = bytes;
    this.#reader = reader;
  }

  /** Reads the columns of an Arrow answer. The signal is that of the statement. */
  static async open(answer: SqlAnswer, signal?: AbortSignal): Promise<StatementResult> {
    const bytes = checkComplete(answer.body, signal);
    const reader = await RecordBatchReader.from(bytes);
    return new StatementResult(answer, bytes, await reader.open());
  }

  /** Yields Arrow record batches as they come; a reader that takes its time holds the server back. */
  async *batches(): AsyncGenerator<RecordBatch> {
    try {
      for await (const batch of this.#reader) if (batch.numRows > 0) yield batch;
    } finally {
      // The package does not tell its source that nobody reads on.
      await this.#bytes.return(undefined);
    }
  }

  /** Yields rows by column name. Integers of 64 bits are bigint, decimals, dates and times text, lists arrays, structs objects, maps `Map`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    for await (const batch of this.batches()) {
      const columns = batch.schema.fields.map((field, index) => [field.name, readColumn(batch.data.children[index] as Data)] as const);
      for (let index = 0; index < batch.numRows; index += 1) yield Object.fromEntries(columns.map(([name, read]) => [name, read(index)]));
    }
  }

  /** Returns all rows; see the iterator for their values. */
  async rows(): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const row of this) rows.push(row);
    return rows;
  }

  /** Returns the whole result as an Arrow table. */
  async table(): Promise<Table> {
    const batches: RecordBatch[] = [];
    for await (const batch of this.batches()) batches.push(batch);
    return new Table(this.#reader.schema, batches);
  }
}
