import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessRunning } from '../../runtime/process/index.ts';

/** What a running server tells the commands on its machine. */
export interface ServerRecord {
  readonly url: string;
  readonly pid: number;
  /** The certificate that it shows, as PEM; null for http. */
  readonly certificate: string | null;
}

const pathOf = (dataDirectory: string): string => join(dataDirectory, 'server.json');

/** Leaves word of a running server in its data directory. */
export function writeServerFile(dataDirectory: string, record: ServerRecord): void {
  const path = pathOf(dataDirectory);
  const draft = `${path}.${String(record.pid)}`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`);
  renameSync(draft, path);
}

/** Takes the word back, when it is this server's. */
export function removeServerFile(dataDirectory: string, pid: number): void {
  if (readServerFile(dataDirectory)?.pid === pid) rmSync(pathOf(dataDirectory), { force: true });
}

/** Returns the server that serves a data directory on this machine, null when none runs. */
export function readServerFile(dataDirectory: string): ServerRecord | null {
  const path = pathOf(dataDirectory);
  if (!existsSync(path)) return null;
  const record = JSON.parse(readFileSync(path, 'utf8')) as ServerRecord;
  return isProcessRunning(record.pid) ? record : null;
}
