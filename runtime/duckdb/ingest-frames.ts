import { type Data, type Field, type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import { type ErrorCode, PlatformError } from '../../spi/index.ts';
import { splitFrames } from '../arrow/index.ts';
import { ExportedRows, exportSchema } from './c-data-export.ts';
import { checkArrowData } from './check-arrow-data.ts';
import { plainData, plainField } from './decode-dictionary.ts';
import { throwErrorData } from './engine-error.ts';
import { type IngestType, ingestType } from './ingest-type.ts';
import { callAsync, nativeLibrary, type Pointer, pointerCell } from './native-library.ts';
import { destroyChunk } from './native-result.ts';
import { quoteName } from './quote-sql.ts';

/** DuckDB converts arrays of at most one vector. */
const ROWS_PER_CHUNK = 2048;

/** What ingesting needs of its connection. */
export interface IngestHost {
  readonly connection: Pointer;
  /** Runs a statement without a result. */
  execute(sql: string): Promise<void>;
  /** Throws when the work was cancelled. */
  checkCancelled(): void;
}

interface Column {
  readonly field: Field;
  readonly name: string;
  readonly type: IngestType;
}

function malformed(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  return new PlatformError('STORAGE_FILE', `the bytes are not an Arrow stream: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

function columnsOf(fields: readonly Field[]): readonly Column[] {
  try {
    const columns = fields.map((source): Column => {
      const field = plainField(source);
      return { field, name: field.name, type: ingestType(field) };
    });
    checkNames(columns);
    return columns;
  } catch (error) {
    throw malformed(error);
  }
}

function checkNames(columns: readonly Column[]): void {
  if (columns.length === 0) throw new PlatformError('STORAGE_FILE', 'the Arrow stream has no columns');
  const seen = new Set<string>();
  for (const { name, type } of columns) {
    // The text of the type names the parts of structs.
    if (name === '' || `${name}${type.sql}`.includes('\0'))
      throw new PlatformError('STORAGE_FILE', 'the Arrow stream has a column without a usable name');
    if (seen.has(name.toLowerCase())) throw new PlatformError('STORAGE_FILE', `the Arrow stream has two columns named "${name}"`);
    seen.add(name.toLowerCase());
  }
}

/** Codes that tell what is wrong with a statement's values: without an expression it is the bytes that are wrong. */
const VALUE_CODES: ReadonlySet<ErrorCode> = new Set(['SQL_EVALUATION', 'SQL_INVALID_VALUE', 'SQL_OVERFLOW']);

/** Runs a step that turns rows into DuckDB's form. What DuckDB finds wrong with them, such as a key that a map has twice, is the file's fault. */
function convertRows(convert: () => Pointer | null): void {
  try {
    throwErrorData(convert());
  } catch (error) {
    if (!(error instanceof PlatformError) || !VALUE_CODES.has(error.code)) throw error;
    throw new PlatformError('STORAGE_FILE', `the Arrow stream has values that tables cannot take: ${error.message}`, { cause: error });
  }
}

/** Rows that go into one table. */
class TableAppender {
  readonly #host: IngestHost;
  readonly #columns: readonly Column[];
  readonly #appender: Buffer;
  readonly #schema: Buffer;

  constructor(host: IngestHost, tableName: string, columns: readonly Column[]) {
    const native = nativeLibrary();
    this.#host = host;
    this.#columns = columns;
    this.#schema = pointerCell();
    this.#appender = pointerCell();
    const exported = exportSchema(columns);
    throwErrorData(native.schemaFromArrow(host.connection, exported.root, this.#schema));
    if (native.appenderCreate(host.connection, 'temp', 'main', tableName, this.#appender) !== 0) this.#fail();
  }

  async append(batch: RecordBatch): Promise<void> {
    // Buffers of empty batches may be missing altogether
    if (batch.numRows === 0) return;
    const exported = new ExportedRows(this.#checkedColumns(batch));
    for (let offset = 0; offset < batch.numRows; offset += ROWS_PER_CHUNK) {
      this.#host.checkCancelled();
      await this.#appendRows(exported, offset, Math.min(ROWS_PER_CHUNK, batch.numRows - offset));
    }
  }

  /** Makes the rows visible. */
  finish(): void {
    if (nativeLibrary().appenderClose(this.#appender.readBigUInt64LE(0)) !== 0) this.#fail();
  }

  destroy(): void {
    const native = nativeLibrary();
    if (this.#appender.readBigUInt64LE(0) !== 0n) {
      native.appenderClear(this.#appender.readBigUInt64LE(0));
      native.appenderDestroy(this.#appender);
    }
    native.destroyConvertedSchema(this.#schema);
  }

  #checkedColumns(batch: RecordBatch): readonly Data[] {
    try {
      return this.#columns.map(({ field }, index) => {
        const source = batch.schema.fields[index] as Field;
        const column = plainData(source, batch.data.children[index] as Data);
        if (column.length < batch.numRows) throw new PlatformError('STORAGE_FILE', `the Arrow data of column "${field.name}" is too short`);
        checkArrowData(field, column);
        return column;
      });
    } catch (error) {
      throw malformed(error);
    }
  }

  async #appendRows(exported: ExportedRows, offset: number, length: number): Promise<void> {
    const native = nativeLibrary();
    const chunk = pointerCell();
    convertRows(() => native.chunkFromArrow(this.#host.connection, exported.rows(offset, length), this.#schema.readBigUInt64LE(0), chunk));
    try {
      const state = await callAsync(native.appendDataChunk, this.#appender.readBigUInt64LE(0), chunk.readBigUInt64LE(0));
      if (state !== 0) this.#fail();
    } finally {
      // The chunk points into the arrays' memory.
      destroyChunk(chunk.readBigUInt64LE(0));
    }
  }

  #fail(): never {
    throwErrorData(nativeLibrary().appenderErrorData(this.#appender.readBigUInt64LE(0)));
    throw new PlatformError('ENGINE_FAILED', 'DuckDB refused rows without a reason');
  }
}

async function openReader(frames: AsyncIterable<Uint8Array>): Promise<AsyncIterator<RecordBatch> & { readonly fields: readonly Field[] }> {
  try {
    const reader = await RecordBatchReader.from(splitFrames(frames));
    await reader.open({ autoDestroy: false });
    if ((reader.schema as Schema | undefined) === undefined) throw new PlatformError('STORAGE_FILE', 'the Arrow stream has no schema');
    const iterator = reader[Symbol.asyncIterator]() as unknown as AsyncIterator<RecordBatch>;
    return { fields: reader.schema.fields, next: () => iterator.next() };
  } catch (error) {
    throw malformed(error);
  }
}

/** Creates or replaces a temporary table with the rows of an Arrow stream and returns their number. Every buffer is checked before native
 *  code reads it. Columns keep their names and order; dictionaries are decoded.
 *  @throws STORAGE_FILE for bytes that are not a sound Arrow stream, STORAGE_UNSUPPORTED for types that tables cannot take */
export async function ingestFrames(host: IngestHost, tableName: string, frames: AsyncIterable<Uint8Array>): Promise<number> {
  const reader = await openReader(frames);
  const columns = columnsOf(reader.fields);
  const table = quoteName(tableName);
  await host.execute(
    `CREATE OR REPLACE TEMP TABLE ${table} (${columns.map(({ name, type }) => `${quoteName(name)} ${type.sql}`).join(', ')})`,
  );
  let rows = 0;
  let appender: TableAppender | undefined;
  try {
    appender = new TableAppender(host, tableName, columns);
    for (;;) {
      const step = await reader.next().catch((error: unknown) => {
        throw malformed(error);
      });
      if (step.done === true) break;
      await appender.append(step.value);
      rows += step.value.numRows;
    }
    appender.finish();
    return rows;
  } catch (error) {
    appender?.destroy();
    appender = undefined;
    await host.execute(`DROP TABLE IF EXISTS temp.${table}`);
    throw error;
  } finally {
    appender?.destroy();
  }
}
