import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columns, type DataWorkbench, openWorkbench } from './fixture/data-workbench.ts';

/** The part of parquetjs-lite that writes; the package has no types. */
interface LegacyParquet {
  readonly ParquetSchema: new (fields: Readonly<Record<string, object>>) => object;
  readonly ParquetWriter: {
    openFile(schema: object, path: string): Promise<{ appendRow(row: object): Promise<void>; close(): Promise<void> }>;
  };
}

const legacy = createRequire(import.meta.url)('parquetjs-lite') as LegacyParquet;

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(async () => {
  await bench.close();
});

describe('a Parquet file of an old writer', () => {
  it.each(['UNCOMPRESSED', 'GZIP', 'SNAPPY'])('with %s pages is inspected and loaded as it was written', async (compression) => {
    const path = join(bench.directory, `legacy-${compression}.parquet`);
    const schema = new legacy.ParquetSchema({
      name: { type: 'UTF8', compression },
      people: { type: 'INT64', compression, optional: true },
      share: { type: 'DOUBLE', compression },
      capital: { type: 'BOOLEAN', compression },
    });
    const writer = await legacy.ParquetWriter.openFile(schema, path);
    await writer.appendRow({ name: 'Oslo', people: 709000, share: 0.5, capital: true });
    await writer.appendRow({ name: 'Æ', share: -1.25, capital: false });
    await writer.close();
    const source = { path, format: 'parquet' as const, options: {}, columns: null };
    const found = await bench.service.inspect(source);
    expect(found.columns.map(({ name, type }) => `${name} ${type.kind}`).sort()).toEqual([
      'capital boolean',
      'name varchar',
      'people bigint',
      'share double',
    ]);
    const fields = columns({ name: 'varchar', people: 'bigint', share: 'double', capital: 'boolean' });
    expect(await bench.load(source, fields)).toEqual([
      { name: 'Oslo', people: 709000n, share: 0.5, capital: true },
      { name: 'Æ', people: null, share: -1.25, capital: false },
    ]);
  });
});
