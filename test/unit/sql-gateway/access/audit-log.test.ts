import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, openAuditLog } from '../../../../sql-gateway/access/audit-log.ts';
import { verifyAuditLog } from '../../../../sql-gateway/access/verify-audit-log.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const entry = (kind: string): AuditEntry => ({
  user: 'ada',
  from: '127.0.0.1',
  kind,
  tables: ['main.t'],
  decision: 'allowed',
  code: null,
  queryId: null,
  jobId: null,
});

async function write(kinds: readonly string[], fileBytesMax?: number): Promise<void> {
  const log = await openAuditLog(directory, createSilentLog(), fileBytesMax);
  for (const kind of kinds) log.note(entry(kind));
  await log.close();
}

const files = (): readonly string[] => readdirSync(directory).sort();
const linesOf = (name: string): string[] => readFileSync(join(directory, name), 'utf8').split('\n').slice(0, -1);
const put = (name: string, lines: readonly string[]): void => {
  writeFileSync(join(directory, name), `${lines.join('\n')}\n`);
};

describe('the audit log', () => {
  it('is sound as it was written, by one process after the other', async () => {
    await write(['query', 'insert', 'access']);
    await write(['query', 'query']);
    const report = await verifyAuditLog(directory);
    expect(report).toMatchObject({ records: 5, faults: [] });
    expect(report.heads).toHaveLength(2);
  });

  it.each([
    ['changed', (lines: string[]) => lines.map((line, index) => (index === 1 ? line.replace('"ada"', '"eve"') : line))],
    ['removed', (lines: string[]) => lines.filter((_line, index) => index !== 1)],
    ['moved', (lines: string[]) => [lines[1] ?? '', lines[0] ?? '', lines[2] ?? '']],
    ['repeated', (lines: string[]) => [...lines, lines[2] ?? '']],
    ['put in place of another', (lines: string[]) => [lines[0] ?? '', lines[2] ?? '', lines[2] ?? '']],
  ])('shows a record that was %s (mutant)', async (_how, damage) => {
    await write(['query', 'insert', 'access']);
    const [file = ''] = files();
    put(file, damage(linesOf(file)));
    expect((await verifyAuditLog(directory)).faults.length).toBeGreaterThan(0);
  });

  it('shows the end of a series that was cut off, or is gone, by what later series tell (mutant)', async () => {
    await write(['query', 'insert', 'access']);
    await write(['query']);
    const [first = ''] = files();
    const lines = linesOf(first);
    put(first, lines.slice(0, 2));
    expect((await verifyAuditLog(directory)).faults).toHaveLength(1);
    rmSync(join(directory, first));
    expect((await verifyAuditLog(directory)).faults).toHaveLength(1);
  });

  it('goes on in another file when one is full, and shows that one is missing (mutant)', async () => {
    const log = await openAuditLog(directory, createSilentLog(), 1);
    log.note(entry('query'));
    await log.close();
    log.note(entry('insert'));
    await log.close();
    expect(files()).toHaveLength(2);
    expect((await verifyAuditLog(directory)).faults).toEqual([]);
    rmSync(join(directory, files()[0] ?? ''));
    expect((await verifyAuditLog(directory)).faults.length).toBeGreaterThan(0);
  });

  it('takes half a line at the end for what a crash leaves', async () => {
    await write(['query']);
    appendFileSync(join(directory, files()[0] ?? ''), '{"sequence": 2, "us');
    await write(['query']);
    expect((await verifyAuditLog(directory)).faults).toEqual([]);
  });
});
