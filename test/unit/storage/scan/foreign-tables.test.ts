import { describe, expect, it } from 'vitest';
import { MetadataReader } from '../../../../storage/catalog/metadata-reader.ts';
import type { ManifestFile } from '../../../../storage/iceberg/manifest/manifest-file.ts';
import { writeManifestList } from '../../../../storage/iceberg/manifest/manifest-list.ts';
import { addSnapshot, createTableMetadata } from '../../../../storage/iceberg/metadata/change-table-metadata.ts';
import { planScan } from '../../../../storage/scan/plan-scan.ts';
import { MemoryFileSystem } from '../fixture/memory-file-system.ts';

describe('a table that another engine wrote', () => {
  it('is refused when it has delete files, since its rows would be wrong without them', async () => {
    const disk = new MemoryFileSystem();
    const deletes: ManifestFile = {
      location: 'file:///t/metadata/deletes.avro',
      bytes: 1,
      specId: 0,
      content: 'deletes',
      sequenceNumber: 1,
      minSequenceNumber: 1,
      addedSnapshotId: 5n,
      addedFiles: 1,
      existingFiles: 0,
      deletedFiles: 0,
      addedRows: 1,
      existingRows: 0,
      deletedRows: 0,
      partitions: [],
      keyMetadata: null,
    };
    const snapshot = {
      snapshotId: 5n,
      parentId: null,
      sequenceNumber: 1,
      timestampMs: 2,
      manifestList: 'file:///t/metadata/list.avro',
      summary: {},
      schemaId: 0,
    };
    await disk.write('/t/metadata/list.avro', writeManifestList(snapshot, [deletes]));
    const empty = createTableMetadata({
      uuid: 'u',
      location: 'file:///t',
      fields: [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }],
      lastColumnId: 1,
      spec: { specId: 0, fields: [] },
      properties: {},
      createdAtMs: 1,
    });
    const table = addSnapshot(empty, snapshot, null);
    const request = { table: { schema: 'main', name: 't', uuid: 'u' }, snapshotId: '5', schemaId: 0, columns: [], filter: null };
    await expect(planScan(new MetadataReader(disk), table, table.current, request)).rejects.toMatchObject({ code: 'STORAGE_UNSUPPORTED' });
  });
});
