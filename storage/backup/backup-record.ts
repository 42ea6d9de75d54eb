import { hash } from 'node:crypto';
import { join } from 'node:path';
import { PlatformError, type StreamRecord } from '../../spi/index.ts';
import type { RelationPointer, Setting } from '../catalog-store/catalog-store.ts';
import type { FileSystem } from '../file/file-system.ts';

/** A file of a backup. */
export interface BackupFile {
  /** Absolute path that it was copied from. */
  readonly path: string;
  /** Where the copy lies, from the backup's folder on. */
  readonly stored: string;
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

/** What a backup holds: the catalog of one moment, and the files that it refers to. It is written last, so that a backup without it is none. */
export interface BackupRecord {
  /** Units: milliseconds since 1970 UTC. */
  readonly createdAtMs: number;
  readonly schemas: readonly string[];
  readonly relations: readonly RelationPointer[];
  readonly streams: readonly StreamRecord[];
  readonly settings: readonly Setting[];
  readonly files: readonly BackupFile[];
}

const VERSION = 1;

/** Returns the name of a record's file: they sort by time. */
export function recordName({ createdAtMs }: Pick<BackupRecord, 'createdAtMs'>): string {
  return `backup-${String(createdAtMs).padStart(15, '0')}.json`;
}

/** Returns the bytes of a record, with a digest over them. */
export function printRecord(record: BackupRecord): Uint8Array {
  const text = JSON.stringify(record);
  const digest = hash('sha256', text);
  return Buffer.from(`{"version":${String(VERSION)},"digest":"${digest}","backup":${text}}\n`);
}

/** Returns the newest backup of a folder; null when there is none.
 *  @throws STORAGE_CORRUPT when its record is not what was written, STORAGE_FORMAT_TOO_NEW */
export async function newestRecord(files: FileSystem, folder: string): Promise<BackupRecord | null> {
  const names = (await files.list(folder)).map(({ name }) => name).filter((name) => /^backup-\d{15}\.json$/.test(name));
  const name = names.sort().at(-1);
  return name === undefined ? null : readRecord(files, join(folder, name));
}

async function readRecord(files: FileSystem, path: string): Promise<BackupRecord> {
  const text = Buffer.from(await files.read(path)).toString();
  const [, version, digest, body = ''] = /^\{"version":(\d+),"digest":"([0-9a-f]{64})","backup":(.*)\}\n$/s.exec(text) ?? [];
  if (version !== undefined && Number(version) > VERSION) {
    throw new PlatformError(
      'STORAGE_FORMAT_TOO_NEW',
      `The backup ${path} has version ${version}; this program reads version ${String(VERSION)}.`,
    );
  }
  if (digest !== hash('sha256', body)) {
    throw new PlatformError('STORAGE_CORRUPT', `The record ${path} of the backup is not what was written.`, {
      hint: 'Remove it, and the backup before it is the newest.',
      details: { path },
    });
  }
  return JSON.parse(body) as BackupRecord;
}
