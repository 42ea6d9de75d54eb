import {
  assert,
  type DataFile,
  type ExistingFile,
  type Field,
  type FileInspection,
  type FileSource,
  type LegacyCompression,
  locationToPath,
  type ParquetSplit,
  PlatformError,
  type ScanColumn,
  type StagingTarget,
} from '../../spi/index.ts';
import type { Exchange, Json, Lease, OpenOptions, WarmPool } from '../../runtime/process/index.ts';
import type { AdoptedFile } from './operation/adopt-file.ts';
import type { EarlierDeletes } from './operation/write-deletion-vectors.ts';
import type { DataService } from './data-service.ts';
import { describeFile } from './source/file-error.ts';

/** Names the error of an operation whose process was ended by a signal of its own making. */
type CrashError = (signal: string) => PlatformError;

/** Signals that say that the process itself did something impossible; others come from outside. */
const CRASH_SIGNALS = new Set(['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS']);

/** A data service over a pool of processes of `data-main.ts`. */
export class PooledDataService implements DataService {
  readonly #pool: WarmPool;
  readonly #dataDirectory: string;
  readonly #foreignDirectories: readonly string[];

  constructor(pool: WarmPool, dataDirectory: string, foreignDirectories: readonly string[]) {
    this.#pool = pool;
    this.#dataDirectory = dataDirectory;
    this.#foreignDirectories = foreignDirectories;
  }

  async writeFrames(target: StagingTarget, frames: AsyncIterable<Uint8Array>): Promise<readonly DataFile[]> {
    this.#checkInside(target.directory);
    const crashed: CrashError = (signal) =>
      new PlatformError('STORAGE_FILE', `The Arrow frames ended the process that read them (${signal}): they are damaged.`);
    return (await this.#call('writeFrames', { target }, { frames }, crashed)) as unknown as readonly DataFile[];
  }

  async writeFile(target: StagingTarget, source: FileSource, signal?: AbortSignal): Promise<readonly DataFile[]> {
    this.#checkInside(target.directory);
    return (await this.#call('writeFile', { target, source }, { signal }, fileCrash(source))) as unknown as readonly DataFile[];
  }

  async adoptFile(target: StagingTarget, source: ExistingFile, signal?: AbortSignal): Promise<AdoptedFile> {
    this.#checkInside(target.directory);
    const crashed = fileCrash({ path: source.name, format: 'parquet' });
    return (await this.#call('adoptFile', { target, source }, { signal }, crashed)) as unknown as AdoptedFile;
  }

  async writePositionDeletes(target: StagingTarget, frames: AsyncIterable<Uint8Array>): Promise<readonly DataFile[]> {
    this.#checkInside(target.directory);
    const crashed: CrashError = (signal) =>
      new PlatformError('STORAGE_UNAVAILABLE', `Writing positions of deleted rows ended its process (${signal}).`);
    return (await this.#call('writePositionDeletes', { target }, { frames }, crashed)) as unknown as readonly DataFile[];
  }

  async writeDeletionVectors(
    target: StagingTarget,
    earlier: EarlierDeletes,
    frames: AsyncIterable<Uint8Array>,
  ): Promise<readonly DataFile[]> {
    this.#checkInside(target.directory);
    const crashed: CrashError = (signal) =>
      new PlatformError('STORAGE_UNAVAILABLE', `Writing deletion vectors ended its process (${signal}).`);
    return (await this.#call('writeDeletionVectors', { target, earlier }, { frames }, crashed)) as unknown as readonly DataFile[];
  }

  async *read(
    split: ParquetSplit,
    fields: readonly Field[],
    columns: readonly ScanColumn[],
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    for (const { uri } of [split, ...split.deletes, ...(split.deletedBy ?? [])]) this.#checkReadable(locationToPath(uri));
    const crashed: CrashError = (name) =>
      new PlatformError('STORAGE_CORRUPT', `The data file ${split.uri} ended the process that read it (${name}): it is damaged.`);
    const lease = await this.#pool.lease(signal);
    const exchange = lease.child.channel.open('read', { split, fields, columns } as unknown as Json, { signal });
    let reusable = false;
    try {
      yield* exchange.frames;
      await exchange.result;
      reusable = true;
    } catch (error) {
      const told = await explainLoss(lease, error, crashed);
      reusable = told === error;
      throw told;
    } finally {
      // A reader that stopped early has cancelled the exchange; the process may still be busy, so it is not handed on.
      if (reusable) lease.release();
      else lease.discard();
    }
  }

  async digest(location: string): Promise<string> {
    this.#checkReadable(locationToPath(location));
    const crashed: CrashError = (signal) => new PlatformError('STORAGE_UNAVAILABLE', `Reading ${location} ended its process (${signal}).`);
    return (await this.#call('digest', { location }, {}, crashed)) as string;
  }

  async inspect(source: Omit<FileSource, 'columns'>): Promise<FileInspection> {
    return (await this.#call('inspect', { source }, {}, fileCrash(source))) as unknown as FileInspection;
  }

  async exportParquet(
    path: string,
    frames: AsyncIterable<Uint8Array>,
    legacy: LegacyCompression | null = null,
  ): Promise<{ rows: number; bytes: number }> {
    const crashed: CrashError = (signal) => new PlatformError('ENGINE_FAILED', `Writing ${path} ended its process (${signal}).`);
    return (await this.#call('exportParquet', { path, legacy }, { frames }, crashed)) as unknown as { rows: number; bytes: number };
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #call(method: string, params: unknown, options: OpenOptions, crashed: CrashError): Promise<Json> {
    const lease = await this.#pool.lease(options.signal);
    let reusable = false;
    try {
      const exchange: Exchange = lease.child.channel.open(method, params as Json, options);
      const result = await exchange.result;
      reusable = true;
      return result;
    } catch (error) {
      const told = await explainLoss(lease, error, crashed);
      reusable = told === error && options.signal?.aborted !== true;
      throw told;
    } finally {
      if (reusable) lease.release();
      else lease.discard();
    }
  }

  #checkReadable(path: string): void {
    const isReadable = [this.#dataDirectory, ...this.#foreignDirectories].some((directory) => path.startsWith(`${directory}/`));
    if (isReadable) return;
    throw new PlatformError('STORAGE_LOCATION', `The file ${path} of a table is in no folder that may be read.`, {
      hint: 'Name the folder of files of other programs in files.allowedDirectories.',
    });
  }

  #checkInside(path: string): void {
    assert(path.startsWith(`${this.#dataDirectory}/`), `data files lie below ${this.#dataDirectory}, not at ${path}`);
  }
}

function fileCrash(source: Pick<FileSource, 'path' | 'format'>): CrashError {
  return (signal) =>
    new PlatformError('STORAGE_FILE', `Reading ${describeFile(source)} ended the process that read it (${signal}): the file is damaged.`);
}

/** Returns the error itself, unless it says that the process is gone: then the one that fits how it ended. */
async function explainLoss(lease: Lease, error: unknown, crashed: CrashError): Promise<unknown> {
  if (!(error instanceof PlatformError) || error.code !== 'STORAGE_UNAVAILABLE') return error;
  const { code, signal } = await lease.child.exited;
  if (signal !== null && CRASH_SIGNALS.has(signal)) return crashed(signal);
  return new PlatformError(
    'STORAGE_UNAVAILABLE',
    `The data process ended in the middle of its work (${signal ?? `exit status ${String(code)}`}).`,
    {
      hint: 'Try again; if it happens again, give the data processes more memory.',
      cause: error,
    },
  );
}
