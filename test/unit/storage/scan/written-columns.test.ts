import { describe, expect, it } from 'vitest';
import type { DataType, Field, ScanColumn, StructField } from '../../../../spi/index.ts';
import type { ManifestEntry } from '../../../../storage/iceberg/manifest/manifest-entry.ts';
import { createTableMetadata, withMembers } from '../../../../storage/iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../../../../storage/iceberg/metadata/table-metadata.ts';
import { printSchema } from '../../../../storage/iceberg/type/schema-json.ts';
import { type WrittenColumns, WrittenColumnsOf } from '../../../../storage/scan/written-columns.ts';

const part = (id: number, name: string): StructField => ({ id, name, type: { kind: 'integer' }, nullable: true });
const struct = (...fields: StructField[]): DataType => ({ kind: 'struct', fields });
const field = (id: number, name: string, type: DataType = { kind: 'integer' }): Field => ({ id, name, type, nullable: true });

/** A table whose schemas follow each other, the last being the current one. */
function tableOf(...schemas: readonly (readonly Field[])[]): TableMetadata {
  const base = createTableMetadata({
    uuid: 'u',
    location: 'file:///w/t',
    fields: schemas[0] ?? [],
    lastColumnId: 99,
    spec: { specId: 0, fields: [] },
    properties: {},
    createdAtMs: 1,
  });
  return withMembers(base, {
    schemas: schemas.map((fields, schemaId) => printSchema({ schemaId, fields })),
    'current-schema-id': schemas.length - 1,
  });
}

const ENTRY = { snapshotId: null } as ManifestEntry;

/** How a file that was written with the schema `writtenWith` holds all columns of the newest schema. */
function written(table: TableMetadata, writtenWith: number, exact = true): WrittenColumns {
  const { fields } = table.schema;
  const columns: readonly ScanColumn[] = fields.map((each) => ({ ...each, fieldId: each.id }));
  const schema = table.schemas.get(writtenWith) ?? table.schema;
  return new WrittenColumnsOf(table, fields, columns, { schema, exact, entries: [], memoryBytes: 0 }).of(ENTRY);
}

describe('columns of a file', () => {
  it('are those of the schema where names, types and ids are the same', () => {
    expect(written(tableOf([field(1, 'a')]), 0)).toEqual({ matchesSchema: true, partNames: {}, absent: [] });
    expect(written(tableOf([field(1, 'a'), field(2, 'b')], [field(1, 'a')]), 0).matchesSchema).toBe(true);
  });

  it.each([
    ['renamed', [field(1, 'a')], [field(1, 'b')]],
    ['widened', [field(1, 'a')], [field(1, 'a', { kind: 'bigint' })]],
    ['added', [field(1, 'a')], [field(1, 'a'), field(2, 'b')]],
    // Matching by name would read the old values under the new column.
    ['dropped and added again under its name', [field(1, 'a')], [field(2, 'a')]],
    ['changing places by name', [field(1, 'a'), field(2, 'b')], [field(1, 'b'), field(2, 'a')]],
    ['one whose part was added again under its name', [field(1, 's', struct(part(2, 'p')))], [field(1, 's', struct(part(3, 'p')))]],
  ])('are not, when a column is %s', (_, before, after) => {
    expect(written(tableOf(before, after), 0).matchesSchema).toBe(false);
    expect(written(tableOf(before, after), 1).matchesSchema).toBe(true);
  });

  it('are doubted in a manifest that another writer may have merged, when any schema of the table differs', () => {
    expect(written(tableOf([field(1, 'a')], [field(1, 'b')]), 1, false).matchesSchema).toBe(false);
    expect(written(tableOf([field(1, 'a')]), 0, false).matchesSchema).toBe(true);
  });

  it('have parts under the names of their time, and lack those that came later', () => {
    const before = field(1, 's', struct(part(2, 'p'), part(3, 'q')));
    const after = field(1, 's', struct(part(2, 'q'), part(4, 'p'), part(3, 'r')));
    expect(written(tableOf([before], [after]), 0)).toEqual({ matchesSchema: false, partNames: { 2: 'p', 3: 'q', 4: null }, absent: [] });
  });

  it('have parts within lists and maps', () => {
    const list = (name: string): DataType => ({ kind: 'list', element: struct(part(3, name)), elementNullable: true, elementId: 2 });
    const map = (name: string): DataType => ({
      kind: 'map',
      key: { kind: 'varchar' },
      value: struct(part(7, name)),
      valueNullable: true,
      keyId: 5,
      valueId: 6,
    });
    const table = tableOf([field(1, 'l', list('x')), field(4, 'm', map('x'))], [field(1, 'l', list('y')), field(4, 'm', map('y'))]);
    expect(written(table, 0).partNames).toEqual({ 3: 'x', 7: 'x' });
  });
});
