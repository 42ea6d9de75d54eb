import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Field, ParquetSplit, ScanRequest } from '../../../../spi/index.ts';
import { snapshotById } from '../../../../storage/catalog/find-snapshot.ts';
import { MetadataReader } from '../../../../storage/catalog/metadata-reader.ts';
import { localFileSystem } from '../../../../storage/file/local-file-system.ts';
import { readTableMetadata } from '../../../../storage/iceberg/metadata/parse-table-metadata.ts';
import { NAME_MAPPING, printNameMapping } from '../../../../storage/iceberg/metadata/name-mapping.ts';
import { planScan } from '../../../../storage/scan/plan-scan.ts';
import { type ForeignFile, ForeignTable } from '../../../support/foreign-table.ts';

const FIELDS: readonly Field[] = [
  { id: 1, name: 'k', type: { kind: 'bigint' }, nullable: true },
  { id: 2, name: 'p', type: { kind: 'varchar' }, nullable: true },
];
const file = (query: string, fieldIds: Record<string, number>): ForeignFile => ({
  query,
  fieldIds,
  specId: 0,
  partition: ['north'],
  deletes: null,
});

let table: ForeignTable;

beforeEach(async () => {
  const spec = { specId: 0, fields: [{ sourceId: 2, fieldId: 1000, name: 'p', transform: { kind: 'identity' } }] } as const;
  table = new ForeignTable(FIELDS, [spec]);
  await table.commit([file('SELECT 1::BIGINT AS k', {}), file("SELECT 2::BIGINT AS k, 'north' AS p", { k: 1, p: 2 })]);
});
afterEach(() => {
  table.remove();
});

async function plan(changes: Partial<ScanRequest>, mapping: string | null = printNameMapping(FIELDS)): Promise<readonly ParquetSplit[]> {
  const properties = mapping === null ? {} : { [NAME_MAPPING]: mapping };
  const metadata = readTableMetadata({ ...table.metadata.json, properties }, 'foreign');
  const request = { ...table.request(), ...changes };
  const { splits } = await planScan(
    new MetadataReader(localFileSystem()),
    metadata,
    snapshotById(metadata, request.snapshotId ?? ''),
    request,
  );
  return splits;
}

describe('the splits of a table with a name mapping', () => {
  it('tell the names that columns have in files without field ids, and what only the partition of such a file tells', async () => {
    const [without, numbered] = await plan({ columnNames: true });
    expect(without).toMatchObject({ matchesSchema: false, columnNames: { 1: 'k' }, missingValues: { 2: 'north' } });
    expect(numbered).toMatchObject({ matchesSchema: true });
    expect(numbered?.columnNames).toBeUndefined();
    const [renamed] = await plan({ columnNames: true }, '[{"field-id":2,"names":["k"]}]');
    expect(renamed).toMatchObject({ columnNames: { 2: 'k' }, missingValues: {} });
  });

  it('are refused to what does not go by names', async () => {
    await expect(plan({})).rejects.toMatchObject({ code: 'STORAGE_UNSUPPORTED' });
    const numbered = (await plan({ columnNames: true }))[1]?.uri ?? '';
    expect(await plan({ files: [numbered] })).toHaveLength(1);
  });

  it('go by field ids where the table has no mapping', async () => {
    for (const split of await plan({}, null)) expect(split.columnNames).toBeUndefined();
  });

  it('are refused as damaged where a mapping cannot be read, but only when it is needed', async () => {
    await expect(plan({ columnNames: true }, 'no mapping')).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    const numbered = (await plan({ columnNames: true }))[1]?.uri ?? '';
    expect(await plan({ files: [numbered] }, 'no mapping')).toHaveLength(1);
  });
});
