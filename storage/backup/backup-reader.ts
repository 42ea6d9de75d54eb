import { hash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { PlatformError } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { BackupFile, BackupRecord } from './backup-record.ts';
import type { RestoreRun } from './restore-run.ts';
import { copyVerified } from './copy-verified.ts';

/** Reads the files of a backup by the paths that they had, each compared with its digest. */
export class BackupReader {
  /** Files and bytes that were brought back. */
  files = 0;
  bytes = 0;
  readonly fileSystem: FileSystem;
  readonly #run: RestoreRun;
  readonly #folder: string;
  readonly #byPath: ReadonlyMap<string, BackupFile>;
  #written = new Set<string>();

  constructor(run: RestoreRun, folder: string, record: BackupRecord) {
    this.fileSystem = run.files;
    this.#run = run;
    this.#folder = folder;
    this.#byPath = new Map(record.files.map((file) => [file.path, file]));
  }

  /** Returns the bytes of a metadata file. @throws STORAGE_CORRUPT */
  async read(path: string): Promise<Uint8Array> {
    const { stored, sha256 } = this.#find(path);
    const bytes = await this.fileSystem.read(join(this.#folder, stored));
    if (hash('sha256', bytes) !== sha256) throw damaged(stored);
    await this.#count(bytes.byteLength);
    return bytes;
  }

  /** Copies a file to where it is to be, and returns its SHA-256. @throws STORAGE_CORRUPT */
  async copy(path: string, to: string): Promise<string> {
    const { stored, sha256, bytes } = this.#find(path);
    await copyVerified(this.fileSystem, join(this.#folder, stored), to, sha256);
    this.#written.add(dirname(to));
    await this.#count(bytes);
    return sha256;
  }

  /** Returns the directories that copies were put into since the last call; they are to be synced. */
  takeWrittenDirectories(): readonly string[] {
    const taken = [...this.#written];
    this.#written = new Set();
    return taken;
  }

  #find(path: string): BackupFile {
    const found = this.#byPath.get(path);
    if (found === undefined) throw new PlatformError('STORAGE_CORRUPT', `The backup has no copy of ${path}.`, { details: { path } });
    return found;
  }

  async #count(bytes: number): Promise<void> {
    this.#run.signal.throwIfAborted();
    this.files += 1;
    this.bytes += bytes;
    await this.#run.onProgress(this.files, this.#byPath.size);
  }
}

function damaged(stored: string): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', `The file ${stored} of the backup is not what was written.`, { details: { path: stored } });
}
