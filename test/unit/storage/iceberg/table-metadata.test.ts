import { describe, expect, it } from 'vitest';
import { type JsonObject, printLosslessJson } from '../../../../storage/iceberg/json/lossless-json.ts';
import { addSnapshot, createTableMetadata } from '../../../../storage/iceberg/metadata/change-table-metadata.ts';
import { parseTableMetadata } from '../../../../storage/iceberg/metadata/parse-table-metadata.ts';
import type { Snapshot, TableMetadata } from '../../../../storage/iceberg/metadata/table-metadata.ts';

const SNAPSHOT: Snapshot = {
  snapshotId: 9223372036854775807n,
  parentId: null,
  sequenceNumber: 1,
  timestampMs: 5,
  manifestList: 'file:///t/metadata/list.avro',
  summary: { operation: 'append' },
  schemaId: 0,
};

function table(): TableMetadata {
  return createTableMetadata({
    uuid: 'u',
    location: 'file:///t',
    fields: [
      { id: 1, name: 'id', type: { kind: 'bigint' }, nullable: false, comment: 'the key' },
      { id: 2, name: 'l', type: { kind: 'list', element: { kind: 'varchar' }, elementNullable: true, elementId: 3 }, nullable: true },
      { id: 4, name: 'd', type: { kind: 'decimal', precision: 12, scale: 2 }, nullable: true },
    ],
    lastColumnId: 4,
    spec: { specId: 0, fields: [{ sourceId: 1, fieldId: 1000, name: 'id_bucket', transform: { kind: 'bucket', buckets: 16 } }] },
    properties: { a: 'b' },
    createdAtMs: 1,
  });
}

const reread = (json: JsonObject): TableMetadata => parseTableMetadata(Buffer.from(printLosslessJson(json)), 'file:///t/metadata/0.json');

describe('table metadata', () => {
  it('reads back what was written', () => {
    const written = addSnapshot(table(), SNAPSHOT, 'file:///t/metadata/0.json');
    const read = reread(written.json);
    expect(read).toEqual(written);
    expect(read.current).toEqual(SNAPSHOT);
    expect(read.json['metadata-log']).toEqual([{ 'timestamp-ms': 1, 'metadata-file': 'file:///t/metadata/0.json' }]);
    expect(read.json['refs']).toEqual({ main: { type: 'branch', 'snapshot-id': SNAPSHOT.snapshotId } });
  });

  it('forgets the oldest snapshots beyond a number, in the list and in the log, but none that a tag names', () => {
    const append = (metadata: TableMetadata, id: number, max: number | null): TableMetadata =>
      addSnapshot(metadata, { ...SNAPSHOT, snapshotId: BigInt(id), sequenceNumber: id, timestampMs: id }, null, max);
    const ids = (metadata: TableMetadata): bigint[] => [...metadata.snapshots.keys()];
    const three = [1, 2, 3].reduce((metadata, id) => append(metadata, id, null), table());
    const kept = reread(append(three, 4, 2).json);
    expect(ids(kept)).toEqual([3n, 4n]);
    expect(kept.snapshotLog.map(({ snapshotId }) => snapshotId)).toEqual([3n, 4n]);
    expect(kept.current?.snapshotId).toBe(4n);
    const tagged = reread({ ...three.json, refs: { ...(three.json['refs'] as JsonObject), tag: { type: 'tag', 'snapshot-id': 1 } } });
    expect(ids(append(tagged, 4, 2))).toEqual([1n, 3n, 4n]);
  });

  it('carries through what it does not know', () => {
    const statistics = [{ 'snapshot-id': 9007199254740993n, 'statistics-path': 'file:///s.puffin', extra: { deep: [1, 'x'] } }];
    const refs = { main: { type: 'branch', 'snapshot-id': 1, 'max-ref-age-ms': 7 }, tag: { type: 'tag', 'snapshot-id': 1 } };
    const read = reread({ ...table().json, statistics, 'made-by': 'somebody', refs });
    const changed = reread(addSnapshot(read, SNAPSHOT, null).json);
    expect(changed.json['statistics']).toEqual(statistics);
    expect(changed.json['made-by']).toBe('somebody');
    expect(changed.json['refs']).toEqual({ ...refs, main: { ...refs.main, 'snapshot-id': SNAPSHOT.snapshotId } });
  });

  it('of format version 3 carries its row ids and what this code does not know', () => {
    const json = { ...table().json, 'format-version': 3, 'next-row-id': 7, 'encryption-keys': [{ 'key-id': 'k' }] };
    const read = reread(addSnapshot(reread(json), { ...SNAPSHOT, firstRowId: 7, addedRows: 5 }, null).json);
    expect([read.formatVersion, read.nextRowId, read.current?.firstRowId, read.current?.addedRows]).toEqual([3, 12, 7, 5]);
    expect(read.json['encryption-keys']).toEqual([{ 'key-id': 'k' }]);
    expect(() => addSnapshot(read, { ...SNAPSHOT, snapshotId: 1n, firstRowId: 7, addedRows: 1 }, null)).toThrow('row ids');
    expect(() => reread({ ...read.json, snapshots: [{ ...(read.json['snapshots'] as JsonObject[])[0], 'key-id': 'k' }] })).toThrow(
      'encrypted manifest list',
    );
  });

  it.each([1, 4])('of format version %d is refused, never misread', (version) => {
    expect(() => reread({ ...table().json, 'format-version': version })).toThrow(
      expect.objectContaining({ code: 'STORAGE_UNSUPPORTED' }) as Error,
    );
  });

  it('that lacks a part, or names a type or transform of a later version, is refused', () => {
    expect(() => reread({ ...table().json, location: null })).toThrow('has no text "location"');
    const schema = { type: 'struct', 'schema-id': 0, fields: [{ id: 1, name: 'v', required: false, type: 'variant' }] };
    expect(() => reread({ ...table().json, schemas: [schema] })).toThrow('uses the type variant');
    const spec = { 'spec-id': 0, fields: [{ name: 'p', transform: 'zorder[2]', 'source-id': 1, 'field-id': 1000 }] };
    expect(() => reread({ ...table().json, 'partition-specs': [spec] })).toThrow('uses the partition transform zorder[2]');
  });
});
