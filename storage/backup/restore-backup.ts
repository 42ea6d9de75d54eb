import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  locationToPath,
  pathToLocation,
  PlatformError,
  type RelationName,
  type RestoreRequest,
  type StreamRecord,
  type TableRef,
} from '../../spi/index.ts';
import { checkName } from '../catalog/check-name.ts';
import { tableDirectory } from '../catalog/table-directory.ts';
import type { RelationPointer, Setting } from '../catalog-store/catalog-store.ts';
import { syncDirectories } from '../commit/sync-directories.ts';
import { writeTableMetadata } from '../commit/write-table-metadata.ts';
import { sealedId } from '../file/sealed-name.ts';
import { type JsonObject, parseLosslessJson, printLosslessJson } from '../iceberg/json/lossless-json.ts';
import { withMembers } from '../iceberg/metadata/change-table-metadata.ts';
import { parseTableMetadata } from '../iceberg/metadata/parse-table-metadata.ts';
import type { WarehouseLayout } from '../warehouse-layout.ts';
import { type BackupRecord, newestRecord } from './backup-record.ts';
import { BackupReader } from './backup-reader.ts';
import { relocateTable } from './relocate-table.ts';
import type { RestoreRun } from './restore-run.ts';

/** What a restore works with. */
export interface RestoreParts extends RestoreRun {
  readonly layout: WarehouseLayout;
  readonly warehouseDirectory: string;
}

/** What the catalog is to have once everything is on the disk. */
export interface RestoredState {
  /** True for a whole warehouse, which must be empty until then. */
  readonly isWhole: boolean;
  readonly schemas: readonly string[];
  readonly relations: readonly RelationPointer[];
  readonly streams: readonly StreamRecord[];
  readonly settings: readonly Setting[];
  readonly files: number;
  readonly bytes: number;
}

/** Brings the files of a backup's newest record into the warehouse, each compared with its digest. Tables get new folders and uuids; materialized views are
 *  empty, and computed anew from the first row on. Nothing is visible before the catalog has it.
 *  @throws STORAGE_FILE when the folder holds no backup, CATALOG_UNKNOWN_TABLE when the backup has no such table, STORAGE_CORRUPT, STORAGE_IO */
export async function restoreBackup(parts: RestoreParts, folder: string, { table, name }: RestoreRequest): Promise<RestoredState> {
  const record = await newestRecord(parts.files, folder);
  if (record === null) {
    throw new PlatformError('STORAGE_FILE', `The folder ${folder} holds no backup.`, {
      hint: 'A backup that was interrupted has no record and is none.',
    });
  }
  const reader = new BackupReader(parts, folder, record);
  if (table !== null) {
    const pointer = findTable(record, table);
    const restored = await restoreTable(parts, reader, pointer, name ?? pointer);
    return { isWhole: false, schemas: [], relations: [restored], streams: [], settings: [], files: reader.files, bytes: reader.bytes };
  }
  const relations: RelationPointer[] = [];
  const uuids = new Map<string, string>();
  for (const pointer of record.relations) {
    const restored =
      pointer.kind === 'view' ? await restoreView(parts, reader, pointer) : await restoreTable(parts, reader, pointer, pointer);
    uuids.set(pointer.uuid, restored.uuid);
    relations.push(restored);
  }
  return {
    isWhole: true,
    schemas: record.schemas,
    relations: relations.map((pointer) =>
      pointer.stream === undefined ? pointer : { ...pointer, stream: uuids.get(pointer.stream) ?? pointer.uuid },
    ),
    streams: record.streams.map((stream) => begunAnew(stream, uuids)),
    settings: record.settings,
    files: reader.files,
    bytes: reader.bytes,
  };
}

function findTable({ relations }: BackupRecord, { schema, name }: RelationName): RelationPointer {
  const found = relations.find((pointer) => sameText(pointer.schema, schema) && sameText(pointer.name, name));
  if (found?.kind === 'table' && found.stream === undefined) return found;
  throw new PlatformError('CATALOG_UNKNOWN_TABLE', `The backup has no table ${schema}.${name}.`, {
    hint: found === undefined ? undefined : 'Views come back with the whole warehouse.',
  });
}

const sameText = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

async function restoreTable(
  { files, layout, warehouseDirectory }: RestoreParts,
  reader: BackupReader,
  pointer: RelationPointer,
  { schema, name }: RelationName,
): Promise<RelationPointer> {
  checkName(name, 'table');
  const uuid = randomUUID();
  const directory = tableDirectory(layout.tablesDirectory, { schema, name }, uuid);
  await files.makeDirectory(join(directory, 'metadata'));
  await files.makeDirectory(join(directory, 'data'));
  const found = parseTableMetadata(await reader.read(locationToPath(pointer.metadataLocation)), pointer.metadataLocation);
  const plain = { 'table-uuid': uuid, location: pathToLocation(directory), 'metadata-log': [], statistics: [], 'partition-statistics': [] };
  const relocated =
    pointer.stream === undefined ? await relocateTable(reader, found, locationToPath(pointer.tableLocation), directory) : WITHOUT_ROWS;
  const metadata = withMembers(found, { ...plain, ...relocated });
  const { location } = await writeTableMetadata(files, directory, metadata, null);
  const written = ['metadata', 'data'].map((part) => join(directory, part));
  await syncDirectories(files, [...written, ...reader.takeWrittenDirectories()], warehouseDirectory);
  const stream = pointer.stream === undefined ? {} : { stream: pointer.stream };
  return { kind: 'table', schema, name, uuid, metadataLocation: location, tableLocation: pathToLocation(directory), ...stream };
}

const WITHOUT_ROWS: JsonObject = { 'current-snapshot-id': -1, refs: {}, snapshots: [], 'snapshot-log': [], 'last-sequence-number': 0 };

async function restoreView(
  { files, layout, warehouseDirectory }: RestoreParts,
  reader: BackupReader,
  pointer: RelationPointer,
): Promise<RelationPointer> {
  const uuid = randomUUID();
  const directory = tableDirectory(layout.tablesDirectory, pointer, uuid);
  const text = Buffer.from(await reader.read(locationToPath(pointer.metadataLocation))).toString();
  const json = parseLosslessJson(text, `The view ${pointer.name} of the backup`) as JsonObject;
  const bytes = Buffer.from(printLosslessJson({ ...json, 'view-uuid': uuid, location: pathToLocation(directory) }));
  const path = join(directory, 'metadata', `00000-${sealedId(bytes)}.metadata.json`);
  await files.makeDirectory(join(directory, 'metadata'));
  await files.write(path, bytes);
  await syncDirectories(files, [join(directory, 'metadata')], warehouseDirectory);
  return { ...pointer, uuid, metadataLocation: pathToLocation(path), tableLocation: pathToLocation(directory) };
}

function begunAnew(stream: StreamRecord, uuids: ReadonlyMap<string, string>): StreamRecord {
  const renewed = (ref: TableRef): TableRef => ({ ...ref, uuid: uuids.get(ref.uuid) ?? ref.uuid });
  const lateTable = stream.lateTable === null ? null : renewed(stream.lateTable);
  return { ...stream, table: renewed(stream.table), lateTable, checkpoint: null };
}
