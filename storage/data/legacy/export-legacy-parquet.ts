import { type Data, RecordBatchReader, type Schema } from 'apache-arrow';
import parquetjs from 'parquetjs-lite';
import { type LegacyCompression, PlatformError } from '../../../spi/index.ts';
import { type PublishedFile, publishFile } from '../operation/publish-file.ts';
import { checkLegacyFile } from './check-legacy-file.ts';
import { type LegacyWriter, legacyWriter } from './legacy-writer.ts';

/** Writes Arrow frames as one Parquet file of the old form: flat columns, plain values, pages of version 1.
 *  Guarantees: every value is checked before it is handed to the library; the footer is read again and has all rows.
 *  @throws STORAGE_LOSSY for columns and values that it cannot hold @see DataService.exportParquet */
export function exportLegacyParquet(
  path: string,
  frames: AsyncIterable<Uint8Array>,
  compression: LegacyCompression,
  signal: AbortSignal,
): Promise<PublishedFile> {
  return publishFile(path, signal, async (temporaryPath) => {
    const rows = await writeRows(temporaryPath, frames, compression, signal);
    const written = await checkLegacyFile({ path: temporaryPath, format: 'parquet_legacy', options: {}, columns: null });
    const counted = written.groupRows.reduce((sum, each) => sum + each, 0);
    if (counted !== rows) throw new PlatformError('STORAGE_IO', `The file has ${String(counted)} rows, and ${String(rows)} were written.`);
    return rows;
  });
}

async function writeRows(
  path: string,
  frames: AsyncIterable<Uint8Array>,
  compression: LegacyCompression,
  signal: AbortSignal,
): Promise<number> {
  const iterator = frames[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) throw new PlatformError('STORAGE_FILE', 'The Arrow frames end before their schema.');
  const { fields } = schemaOf(first.value);
  const names = new Set(fields.map((field) => field.name.toLowerCase()));
  if (names.size < fields.length) {
    throw new PlatformError('STORAGE_LOSSY', 'Two columns have one name, which a legacy Parquet file cannot hold.', {
      hint: 'Give them names with AS.',
    });
  }
  const columns = fields.map((field) => ({ name: field.name, writer: legacyWriter(field) }));
  const writer = await parquetjs.ParquetWriter.openFile(legacySchema(columns, compression), path, { useDataPageV2: false });
  let rows = 0;
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
    signal.throwIfAborted();
    for (const batch of RecordBatchReader.from([first.value, step.value])) {
      const reads = columns.map(({ name, writer: column }, index) => [name, column.open(batch.data.children[index] as Data)] as const);
      for (let row = 0; row < batch.numRows; row += 1)
        await writer.appendRow(Object.fromEntries(reads.map(([name, read]) => [name, read(row)])));
      rows += batch.numRows;
    }
  }
  await writer.close();
  return rows;
}

function legacySchema(columns: readonly { readonly name: string; readonly writer: LegacyWriter }[], compression: LegacyCompression) {
  const codec = { snappy: 'SNAPPY', gzip: 'GZIP', none: 'UNCOMPRESSED' }[compression];
  const entries = columns.map(
    ({ name, writer }) => [name, { type: writer.type, compression: codec, optional: true, statistics: false as const }] as const,
  );
  return new parquetjs.ParquetSchema(Object.fromEntries(entries));
}

function schemaOf(frame: Uint8Array): Schema {
  return RecordBatchReader.from([frame]).open({ autoDestroy: false }).schema;
}
