import { randomInt, randomUUID } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { assert, locationToPath, pathToLocation } from '../../../spi/index.ts';
import { MetadataReader, specOf } from '../../../storage/catalog/metadata-reader.ts';
import { newManifestList } from '../../../storage/commit/new-manifest-list.ts';
import { writeTableMetadata } from '../../../storage/commit/write-table-metadata.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';
import { type ManifestEntry, NO_METRICS } from '../../../storage/iceberg/manifest/manifest-entry.ts';
import type { ManifestFile } from '../../../storage/iceberg/manifest/manifest-file.ts';
import { writeManifest } from '../../../storage/iceberg/manifest/write-manifest.ts';
import { addSnapshot } from '../../../storage/iceberg/metadata/change-table-metadata.ts';

/** Adds a commit of equality deletes to a table as a writer of streams would: in the partition of every second data file, values of `columns` that a third of
 *  that file's rows have. Returns the location of the new metadata, which lies in `folder` with all that it brings. */
export async function writeEqualityDeletes(
  duckdb: DuckDBConnection,
  metadataLocation: string,
  columns: readonly string[],
  folder: string,
): Promise<string> {
  const files = localFileSystem();
  const reader = new MetadataReader(files);
  const table = await reader.table(metadataLocation);
  assert(table.current !== null, 'the table has rows');
  const fields = columns.map((name) => table.schema.fields.find((field) => field.name === name));
  const ids = fields.map((field) => field?.id ?? 0);
  mkdirSync(join(folder, 'metadata'), { recursive: true });
  const manifests = await reader.manifestList(table.current.manifestList);
  const [sequenceNumber, snapshotId] = [table.lastSequenceNumber + 1, BigInt(randomInt(2 ** 47))];
  const added: ManifestFile[] = [];
  for (const manifest of manifests) {
    const spec = specOf(table, manifest.specId);
    const { entries } = await reader.manifest(manifest, table);
    const deletes: ManifestEntry[] = [];
    for (const [index, entry] of entries.entries()) {
      if (index % 2 !== 0 || entry.deletes !== null) continue;
      const path = join(folder, `${randomUUID()}.parquet`);
      const names = columns.map((name) => `"${name}"`);
      const query = `SELECT ${names.join(', ')} FROM read_parquet('${locationToPath(entry.location)}', file_row_number = true) WHERE file_row_number % 3 = 0`;
      const fieldIds = names.map((name, at) => `${name}: ${String(ids[at])}`);
      await duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet, FIELD_IDS {${fieldIds.join(', ')}})`);
      deletes.push({
        ...entry,
        ...{ status: 'added', snapshotId: null, sequenceNumber: null, fileSequenceNumber: null, firstRowId: null },
        ...{ location: pathToLocation(path), rows: Math.ceil(entry.rows / 3), bytes: statSync(path).size },
        metrics: { ...NO_METRICS },
        deletes: { content: 'equality', equalityIds: ids, referencedDataFile: null, vector: null },
      });
    }
    if (deletes.length === 0) continue;
    const bytes = writeManifest(table.schema, spec, deletes, { columns: table.columns, formatVersion: table.formatVersion });
    const path = join(folder, 'metadata', `${randomUUID()}.avro`);
    await files.write(path, bytes);
    const rows = deletes.reduce((sum, entry) => sum + entry.rows, 0);
    added.push({
      ...manifest,
      ...{ location: pathToLocation(path), bytes: bytes.byteLength, content: 'deletes', firstRowId: null, partitions: null },
      ...{ sequenceNumber, minSequenceNumber: sequenceNumber, addedSnapshotId: snapshotId },
      ...{ addedFiles: deletes.length, existingFiles: 0, deletedFiles: 0, addedRows: rows, existingRows: 0, deletedRows: 0 },
    });
  }
  const parentId = table.current.snapshotId;
  const list = newManifestList(folder, table, { snapshotId, parentId, sequenceNumber }, [...added, ...manifests]);
  await files.write(list.path, list.bytes);
  const snapshot = {
    ...{ snapshotId, parentId, sequenceNumber, timestampMs: Math.max(Date.now(), table.lastUpdatedMs + 1) },
    ...{
      manifestList: pathToLocation(list.path),
      summary: { ...totalsOf(table.current.summary), operation: 'delete' },
      schemaId: table.schema.schemaId,
    },
    ...list.rowIds,
  };
  return (await writeTableMetadata(files, folder, addSnapshot(table, snapshot, metadataLocation), metadataLocation)).location;
}

/** Spark wants to know how many rows a table has. */
function totalsOf(summary: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(summary).filter(([key]) => key.startsWith('total-')));
}
