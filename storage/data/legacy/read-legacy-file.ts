import { Field, RecordBatch, RecordBatchStreamWriter, Schema, Struct, makeData } from 'apache-arrow';
import parquetjs from 'parquetjs-lite';
import { arrowType, readFrames } from '../../../runtime/arrow/index.ts';
import { type FileSource, type PlatformError } from '../../../spi/index.ts';
import { fileError } from '../source/file-error.ts';
import type { LegacyFile } from './check-legacy-file.ts';
import { encodeLegacyColumn } from './encode-legacy-column.ts';

/** Reads a checked file row group by row group and returns its rows as Arrow frames, the schema first; the columns are named `c0`, `c1`, ...
 *  Values are taken as they are stored, before the library turns them into dates and texts, which loses microseconds and bytes.
 *  @throws STORAGE_FILE when a column has another number of values than the footer says, or values of another type */
export async function* readLegacyFile(source: FileSource, file: LegacyFile): AsyncGenerator<Uint8Array> {
  const schema = new Schema(file.columns.map(({ type }, index) => new Field(`c${String(index)}`, arrowType(type.dataType), true)));
  yield readFrames(streamOf(schema, null))[0] as Uint8Array;
  const reader = await parquetjs.ParquetReader.openFile(source.path, { rawStatistics: true }).catch((error: unknown) => {
    throw unreadable(source, error);
  });
  try {
    for (const [group, rows] of file.groupRows.entries()) {
      const { columnData } = await reader.envelopeReader
        .readRowGroup(reader.schema, reader.metadata.row_groups[group] ?? {}, [])
        .catch((error: unknown) => {
          throw unreadable(source, error);
        });
      const children = file.columns.map((column, index) => {
        const chunk = columnData[column.name];
        const data = chunk === undefined ? null : encodeLegacyColumn(column, chunk, rows);
        const nulls = file.groupNulls[group]?.[index] ?? data?.nullCount;
        if (data === null || nulls !== data.nullCount)
          throw fileError(source, `is damaged: column "${column.name}" is not what the footer says`);
        return data;
      });
      const batch = new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rows, nullCount: 0, children }));
      yield* readFrames(streamOf(schema, batch)).slice(1);
    }
  } finally {
    await reader.close();
  }
}

function streamOf(schema: Schema, batch: RecordBatch | null): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  if (batch !== null) writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

/** The library throws texts. */
function unreadable(source: FileSource, error: unknown): PlatformError {
  return fileError(source, `cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
}
