import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatEntry, openJournal, readJournal } from '../../../../sql-gateway/job/job-journal.ts';
import type { JournalEntry } from '../../../../sql-gateway/job/journal-entry.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';

const SUBMITTED: JournalEntry = { kind: 'submitted', atMs: 1 };
const CANCELLED: JournalEntry = { kind: 'cancelled', atMs: 2 };

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(folder, 'journal.ndjson');
  writeFileSync(path, formatEntry(SUBMITTED));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the journal of a job', () => {
  it('holds the entries in the order in which they were handed in', async () => {
    const journal = await openJournal(path, (await readJournal(path)).bytes);
    const entries = Array.from({ length: 20 }, (_, index): JournalEntry => ({ kind: 'cancelling', atMs: index }));
    await Promise.all(entries.map((entry) => journal.append(entry)));
    await journal.close();
    expect((await readJournal(path)).entries).toEqual([SUBMITTED, ...entries]);
  });

  it.each(['{"kind":"fini', '{"kind":"finished","atMs":2}', '\u0000\u0000\u0000'])(
    'does not count a last line without its end: %j',
    async (torn) => {
      appendFileSync(path, torn);
      expect((await readJournal(path)).entries).toEqual([SUBMITTED]);
    },
  );

  it('cuts a torn line off before it writes the next one', async () => {
    appendFileSync(path, 'x'.repeat(500));
    const journal = await openJournal(path, (await readJournal(path)).bytes);
    await journal.append(CANCELLED);
    await journal.close();
    expect(readFileSync(path, 'utf8')).toBe(formatEntry(SUBMITTED) + formatEntry(CANCELLED));
  });

  it('is refused when a whole line is no entry', async () => {
    writeFileSync(path, `${formatEntry(SUBMITTED)}nonsense\n${formatEntry(CANCELLED)}`);
    await expect(readJournal(path)).rejects.toMatchObject({
      code: 'STORAGE_CORRUPT',
      message: expect.stringContaining('Line 2') as string,
    });
  });

  it('would be noticed to write behind a torn line (mutant)', async () => {
    const mutant = await importMutant<{ readJournal: typeof readJournal }>('job-journal.ts', {
      folder: 'sql-gateway/job',
      file: 'job-journal.ts',
      from: 'content.lastIndexOf(0x0a) + 1',
      to: 'content.byteLength',
    });
    appendFileSync(path, '{"kind":"fini');
    const journal = await openJournal(path, (await mutant.readJournal(path)).bytes);
    await journal.append(CANCELLED);
    await journal.close();
    await expect(readJournal(path)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });
});
