import { readdirSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PlatformError } from '../../../spi/index.ts';
import type { FileSystem } from '../../../storage/file/file-system.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';

/** How an operation fails: without an effect, after its effect, after half of a write, or together with the machine. */
export const FAULTS = ['no-space', 'io-error', 'io-error-after', 'torn-write', 'power-cut'] as const;

/** One of the faults. */
export type Fault = (typeof FAULTS)[number];

/** Disks that break a promise of the interface. */
export type DiskMutant = 'without-fsync' | 'without-folder-fsync' | 'acknowledge-before-write';

/** A disk whose n-th change fails, and which knows what a power cut leaves: bytes that were synced, under names whose folders were synced. */
export class FaultyDisk {
  readonly files: FileSystem;
  /** Changes so far: writes, syncs, new folders, removals. */
  operations = 0;
  readonly #root: string;
  readonly #mutant: DiskMutant | null;
  readonly #local = localFileSystem();
  /** Names that are on the disk for good, and files whose bytes are. */
  readonly #names = new Set<string>();
  readonly #bytes = new Set<string>();
  #fault: { readonly kind: Fault; readonly at: number } | null = null;
  #dead = false;

  constructor(root: string, mutant: DiskMutant | null) {
    this.#root = root;
    this.#mutant = mutant;
    this.files = {
      ...this.#local,
      create: (path, bytes) => this.#writing(path, bytes, () => this.#create(path, bytes)),
      write: (path, bytes) => this.#writing(path, bytes, () => this.#write(path, bytes)),
      replace: (path, bytes) => this.#change(() => this.#replace(path, bytes)),
      sync: (path) => this.#change(() => this.#sync(path)),
      syncDirectory: (path) => this.#change(() => this.#syncDirectory(path)),
      makeDirectory: (path) => this.#change(() => this.#local.makeDirectory(path)),
      remove: (path) => this.#change(() => this.#local.remove(path)),
    };
  }

  /** Takes all that is there for safe, and counts anew. `at` counts from 1; null for no fault. */
  arm(fault: { readonly kind: Fault; readonly at: number } | null): void {
    this.#dead = false;
    this.#fault = fault;
    this.operations = 0;
    this.#names.clear();
    this.#bytes.clear();
    for (const path of this.#walk(this.#root)) {
      this.#names.add(path);
      this.#bytes.add(path);
    }
  }

  /** Removes what a power cut at this moment would have taken. */
  cutPower(): void {
    this.#dead = true;
    for (const path of this.#walk(this.#root)) {
      const kept = this.#names.has(path) && (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false || this.#bytes.has(path));
      if (!kept) rmSync(path, { recursive: true, force: true });
    }
  }

  async #change(work: () => Promise<void>, tear: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    if (this.#dead) throw new PlatformError('STORAGE_IO', 'The machine is off.');
    this.operations += 1;
    const fault = this.#fault;
    if (fault === null || this.operations !== fault.at) return work();
    if (fault.kind === 'power-cut') this.cutPower();
    if (fault.kind === 'torn-write') await tear();
    if (fault.kind === 'io-error-after') await work();
    const isFull = fault.kind === 'no-space' || fault.kind === 'torn-write';
    throw new PlatformError(isFull ? 'RESOURCE_DISK' : 'STORAGE_IO', `The disk failed: ${fault.kind}.`);
  }

  #writing(path: string, bytes: Uint8Array, work: () => Promise<void>): Promise<void> {
    return this.#change(work, () => writeFile(path, bytes.subarray(0, bytes.byteLength >> 1)));
  }

  async #create(path: string, bytes: Uint8Array): Promise<void> {
    if (this.#mutant === 'acknowledge-before-write') void this.#writeLater(path, bytes);
    else await this.#local.create(path, bytes);
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    await this.#create(path, bytes);
    if (this.#mutant === 'acknowledge-before-write') return;
    await this.#local.sync(path);
    if (this.#mutant !== 'without-fsync') this.#bytes.add(path);
  }

  async #writeLater(path: string, bytes: Uint8Array): Promise<void> {
    for (let turn = 0; turn < 100; turn += 1) await nextTurn();
    if (!this.#dead) await this.#local.write(path, bytes);
  }

  async #replace(path: string, bytes: Uint8Array): Promise<void> {
    await this.#local.replace(path, bytes);
    this.#bytes.add(path);
    this.#names.add(path);
  }

  async #sync(path: string): Promise<void> {
    if (this.#mutant === 'acknowledge-before-write') return;
    await this.#local.sync(path);
    if (this.#mutant !== 'without-fsync') this.#bytes.add(path);
  }

  async #syncDirectory(path: string): Promise<void> {
    // A name that comes while the disk works may have come too late.
    const names = readdirSync(path);
    await this.#local.syncDirectory(path);
    if (this.#mutant === 'without-folder-fsync') return;
    for (const name of names) this.#names.add(join(path, name));
  }

  /** All paths below, folders before what is in them. */
  *#walk(directory: string): Generator<string> {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      // The catalog store syncs by itself.
      if (path === join(this.#root, 'catalog')) continue;
      yield path;
      if (entry.isDirectory() && statSync(dirname(path), { throwIfNoEntry: false }) !== undefined) yield* this.#walkIfThere(path);
    }
  }

  *#walkIfThere(path: string): Generator<string> {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) yield* this.#walk(path);
  }
}
