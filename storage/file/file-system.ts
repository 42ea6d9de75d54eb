/** An entry of a directory. Units: milliseconds since 1970 UTC. */
export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly modifiedMs: number;
}

/** Every access of the storage to files goes through this interface, so that tests can let it fail at any step.
 *  Guarantees: nothing but `write`, `sync` and `syncDirectory` promises durability, and each only for what it names.
 *  @throws STORAGE_IO, RESOURCE_DISK when no space is left */
export interface FileSystem {
  /** @throws STORAGE_CORRUPT when the file is missing: callers read only what a commit refers to. */
  read(path: string): Promise<Uint8Array>;
  /** Reads the file in pieces, in order. */
  stream(path: string): AsyncIterable<Uint8Array>;
  /** Creates a file that must not exist and writes all bytes: they are durable after `sync`, its name after `syncDirectory`. */
  create(path: string, bytes: Uint8Array): Promise<void>;
  /** Creates a file that must not exist, writes all bytes and syncs it. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Creates or replaces a file in one step and syncs it and its directory. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Makes a written file's bytes durable. */
  sync(path: string): Promise<void>;
  /** Makes a directory's entries durable. */
  syncDirectory(path: string): Promise<void>;
  /** Creates a directory and its parents; an existing one is fine. */
  makeDirectory(path: string): Promise<void>;
  /** Returns the size in bytes, null when there is no such file. */
  size(path: string): Promise<number | null>;
  /** Returns the entries of a directory, an empty list when there is none. */
  list(path: string): Promise<readonly DirectoryEntry[]>;
  /** Removes a file, or a directory with all in it; a missing one is fine. */
  remove(path: string): Promise<void>;
}
