import { describe, expect, it } from 'vitest';
import type { DataType, NewPartitionField, TableSpec } from '../../../../spi/index.ts';
import { newTableMetadata } from '../../../../storage/commit/new-table-metadata.ts';

const spec = (columns: Readonly<Record<string, DataType>>, partitioning: readonly NewPartitionField[] = []): TableSpec => ({
  name: { schema: 'main', name: 't' },
  columns: Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true })),
  partitioning,
  properties: {},
  comment: null,
});

describe('the metadata of a new table', () => {
  it.each<DataType>([{ kind: 'null' }, { kind: 'interval' }, { kind: 'fixed', lengthBytes: 4 }])(
    'is refused for a column of type %o',
    (type) => {
      expect(() => newTableMetadata(spec({ c: type }), 'u', '/w/t')).toThrow(expect.objectContaining({ code: 'STORAGE_UNSUPPORTED' }));
    },
  );

  it('is refused when a partition field would have the name of a column', () => {
    const partitioning: NewPartitionField[] = [{ column: 'ts', transform: { kind: 'day' } }];
    const taken = spec({ ts: { kind: 'timestamp' }, ts_day: { kind: 'integer' } }, partitioning);
    expect(() => newTableMetadata(taken, 'u', '/w/t')).toThrow(expect.objectContaining({ code: 'CATALOG_INVALID_NAME' }));
    expect(newTableMetadata(spec({ ts: { kind: 'timestamp' } }, partitioning), 'u', '/w/t').spec.fields).toMatchObject([
      { name: 'ts_day' },
    ]);
  });
});
