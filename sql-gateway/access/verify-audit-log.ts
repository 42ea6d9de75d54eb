import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIT_FILE, auditHash, type AuditRecord } from './audit-log.ts';

/** A place where the log is not what was written. */
export interface AuditFault {
  readonly file: string;
  /** Counts from 1; null for the file as a whole. */
  readonly line: number | null;
  readonly what: string;
}

/** What was found in a log. */
export interface AuditReport {
  readonly records: number;
  /** The last record of each series, as `series:sequence:hash`: kept elsewhere, it tells later whether the end was cut off. */
  readonly heads: readonly string[];
  readonly faults: readonly AuditFault[];
}

/** Reads a log and finds records that were changed, removed or moved.
 *  A record at the very end of a series that no later series names can be cut off unnoticed; compare `heads` with those of before. */
export async function verifyAuditLog(directory: string): Promise<AuditReport> {
  const names = (await readdir(directory)).filter((name) => AUDIT_FILE.test(name)).sort();
  const series = new Map<string, string[]>();
  for (const name of names) {
    const [, id = ''] = AUDIT_FILE.exec(name) ?? [];
    series.set(id, [...(series.get(id) ?? []), name]);
  }
  const faults: AuditFault[] = [];
  const hashes = new Map<string, readonly string[]>();
  const named: { readonly file: string; readonly head: string }[] = [];
  for (const [id, files] of series) hashes.set(id, await verifySeries(directory, files, faults, named));
  for (const { file, head } of named) {
    const [id = '', sequence = '', hash = ''] = head.split(':');
    if (hashes.get(id)?.[Number(sequence) - 1] === hash) continue;
    faults.push({
      file,
      line: 1,
      what: `the record ${sequence} of the series ${id}, which was there when this one began, is gone or another one`,
    });
  }
  const heads = [...hashes].map(([id, list]) => `${id}:${String(list.length)}:${list.at(-1) ?? ''}`);
  return { records: [...hashes.values()].reduce((sum, list) => sum + list.length, 0), heads, faults };
}

/** Returns the hashes of the records of a series, in order. */
async function verifySeries(
  directory: string,
  files: readonly string[],
  faults: AuditFault[],
  named: { readonly file: string; readonly head: string }[],
): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (const [index, file] of files.entries()) {
    const number = Number(AUDIT_FILE.exec(file)?.[2] ?? 0);
    if (number !== index + 1) faults.push({ file, line: null, what: `the file number ${String(index + 1)} of the series is missing` });
    const lines = (await readFile(join(directory, file), 'utf8')).split('\n');
    const torn = lines.pop() ?? '';
    // A crash may leave half a line behind, and nothing after it.
    if (torn !== '' && index + 1 < files.length) faults.push({ file, line: lines.length + 1, what: 'the line has no end' });
    for (const [place, line] of lines.entries()) {
      const fault = verifyRecord(line, hashes, (head) => named.push({ file, head }));
      if (fault !== null) faults.push({ file, line: place + 1, what: fault });
    }
  }
  return hashes;
}

function verifyRecord(line: string, hashes: string[], name: (head: string) => void): string | null {
  const record = parseRecord(line);
  if (record === null) {
    hashes.push('');
    return 'the line is no record';
  }
  const { hash, ...rest } = record;
  const before = hashes.at(-1) ?? '';
  const expected = hashes.length + 1;
  hashes.push(hash);
  for (const head of record.heads ?? []) name(head);
  if (auditHash(rest) !== hash) return 'the record was changed';
  if (record.sequence !== expected) return `the record is number ${String(record.sequence)} and stands where ${String(expected)} belongs`;
  return record.previous === before ? null : 'the record before is not the one that was there';
}

function parseRecord(line: string): AuditRecord | null {
  try {
    const record = JSON.parse(line) as AuditRecord | null;
    return typeof record === 'object' && typeof record?.hash === 'string' ? record : null;
  } catch {
    return null;
  }
}
