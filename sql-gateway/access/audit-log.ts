import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode, Logger } from '../../spi/index.ts';
import type { StatementReferences } from '../../sql/bind/index.ts';

/** What somebody did or tried. Neither literals nor secrets: no text of a statement is kept. */
export interface AuditEntry {
  readonly user: string;
  /** Address of the client; null for what the server does by itself, and for jobs. */
  readonly from: string | null;
  /** Kind of the statement, or `create_token`, `revoke_token`, `cancel_statement` (of another user), `ingest`. */
  readonly kind: string | null;
  /** What is read or changed, as `schema.name`. */
  readonly tables: readonly string[];
  readonly decision: 'allowed' | 'denied';
  /** Null for success. */
  readonly code: ErrorCode | null;
  readonly queryId: string | null;
  readonly jobId: string | null;
}

/** A line of the log. */
export interface AuditRecord extends AuditEntry {
  /** Counts from 1 within a series: the records of one process. */
  readonly sequence: number;
  /** Units: milliseconds since 1970 UTC. */
  readonly atMs: number;
  /** In the first record of a series: the last records of all other series, as `series:sequence:hash`. */
  readonly heads?: readonly string[];
  /** Hash of the record before; empty for the first. */
  readonly previous: string;
  /** SHA-256 over the text of the record without this member. */
  readonly hash: string;
}

/** Takes entries; they are on the disk within a second. */
export interface AuditLog {
  note(entry: AuditEntry): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

/** Units: bytes of a file, after which the next one is begun. */
const FILE_BYTES_MAX = 64 * 2 ** 20;

/** Units: milliseconds for which entries are gathered before they are written and synced together. */
const FLUSH_MS = 500;

/** Names of files: the series and the number of the file in it. */
export const AUDIT_FILE = /^([0-9a-f]{24})-(\d{6})\.ndjson$/;

/** Returns the hash of a record. */
export function auditHash(record: Omit<AuditRecord, 'hash'>): string {
  return createHash('sha256').update(JSON.stringify(record)).digest('hex');
}

/** Returns the names of what a statement reads and changes, as the log has them. */
export function auditedTables({ reads, target }: Pick<StatementReferences, 'reads' | 'target'>): readonly string[] {
  const named = [...reads, ...(target === null ? [] : [target])];
  return [...new Set(named.map(({ kind, schema, name }) => (kind === 'file' ? 'a file' : `${schema}.${name}`)))].sort();
}

/** Opens a log in a folder, which several processes may share: each writes a series of its own, which names the ends of the others.
 *  @param fileBytesMax size after which the next file is begun */
export async function openAuditLog(directory: string, log: Logger, fileBytesMax = FILE_BYTES_MAX): Promise<AuditLog> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return new FileAuditLog(directory, await readHeads(directory), log, fileBytesMax);
}

class FileAuditLog implements AuditLog {
  readonly #directory: string;
  readonly #heads: readonly string[];
  readonly #log: Logger;
  readonly #fileBytesMax: number;
  /** Names of later series sort after those of earlier ones. */
  readonly #series = Date.now().toString(16).padStart(12, '0') + randomBytes(6).toString('hex');
  #sequence = 0;
  #previous = '';
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  #tail: Promise<void> = Promise.resolve();
  #file: FileHandle | null = null;
  #fileNumber = 0;
  #fileBytes = 0;

  constructor(directory: string, heads: readonly string[], log: Logger, fileBytesMax: number) {
    this.#directory = directory;
    this.#heads = heads;
    this.#log = log;
    this.#fileBytesMax = fileBytesMax;
  }

  note(entry: AuditEntry): void {
    this.#sequence += 1;
    const heads = this.#sequence === 1 && this.#heads.length > 0 ? { heads: this.#heads } : {};
    const record = { sequence: this.#sequence, atMs: Date.now(), ...entry, ...heads, previous: this.#previous };
    const hash = auditHash(record);
    this.#previous = hash;
    this.#waiting.push(`${JSON.stringify({ ...record, hash })}\n`);
    this.#timer ??= setTimeout(() => {
      this.#flush();
    }, FLUSH_MS).unref();
  }

  async close(): Promise<void> {
    this.#flush();
    await this.#tail;
    await this.#file?.close();
    this.#file = null;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const text = this.#waiting.join('');
    this.#waiting = [];
    if (text === '') return;
    this.#tail = this.#tail
      .then(() => this.#write(text))
      .catch((error: unknown) => {
        // Statements go on; the gap in the chain tells that records are missing.
        this.#log.error({ part: 'audit', error: String(error) }, 'records of the audit log could not be written');
      });
  }

  async #write(text: string): Promise<void> {
    if (this.#file !== null && this.#fileBytes >= this.#fileBytesMax) {
      await this.#file.close();
      this.#file = null;
    }
    if (this.#file === null) {
      this.#fileNumber += 1;
      const name = `${this.#series}-${String(this.#fileNumber).padStart(6, '0')}.ndjson`;
      this.#file = await open(join(this.#directory, name), 'ax', 0o600);
      this.#fileBytes = 0;
    }
    await this.#file.appendFile(text);
    await this.#file.datasync();
    this.#fileBytes += Buffer.byteLength(text);
  }
}

/** The last whole record of each series. */
async function readHeads(directory: string): Promise<readonly string[]> {
  const newest = new Map<string, string>();
  for (const name of (await readdir(directory)).sort()) {
    const series = AUDIT_FILE.exec(name)?.[1];
    if (series !== undefined) newest.set(series, name);
  }
  const heads: string[] = [];
  for (const [series, name] of newest) {
    const lines = (await readFile(join(directory, name), 'utf8')).split('\n').slice(0, -1);
    const last = lines.at(-1);
    if (last === undefined) continue;
    const { sequence, hash } = JSON.parse(last) as AuditRecord;
    heads.push(`${series}:${String(sequence)}:${hash}`);
  }
  return heads;
}
