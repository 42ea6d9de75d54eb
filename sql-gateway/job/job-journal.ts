import { open, readFile } from 'node:fs/promises';
import { PlatformError } from '../../spi/index.ts';
import { writeAll } from '../file/write-all.ts';
import { onDisk } from '../file/durable-file.ts';
import type { JournalEntry } from './journal-entry.ts';

/** A job's journal, open for writing. */
export interface JobJournal {
  /** Adds an entry, durable when this returns. Entries come to stand in the order of the calls. @throws STORAGE_IO, RESOURCE_DISK */
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

/** What a journal holds. Units: bytes of whole lines. */
export interface JournalContent {
  readonly entries: readonly JournalEntry[];
  readonly bytes: number;
}

/** Returns an entry as a line. */
export function formatEntry(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** Reads a journal. A last line without its end was being written when the process died: nobody was told of it, and it does not count.
 *  @throws STORAGE_CORRUPT when another line is not an entry, STORAGE_IO */
export async function readJournal(path: string): Promise<JournalContent> {
  const content = await onDisk(() => readFile(path));
  const bytes = content.lastIndexOf(0x0a) + 1;
  const lines = content.subarray(0, bytes).toString('utf8').split('\n').slice(0, -1);
  return { entries: lines.map((line, index) => parseEntry(line, index + 1, path)), bytes };
}

function parseEntry(line: string, number: number, path: string): JournalEntry {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch (error) {
    throw new PlatformError('STORAGE_CORRUPT', `Line ${String(number)} of ${path} is not an entry of a journal.`, { cause: error });
  }
}

/** Opens a journal for writing after the whole lines that it has; what stands behind them is cut off. */
export async function openJournal(path: string, wholeBytes: number): Promise<JobJournal> {
  const file = await onDisk(() => open(path, 'r+'));
  let size = wholeBytes;
  let last: Promise<unknown> = Promise.resolve();
  const write = async (entry: JournalEntry): Promise<void> => {
    const bytes = Buffer.from(formatEntry(entry));
    await onDisk(async () => {
      // A line that failed half way, in this process or one before, must not stay in front of this one.
      await file.truncate(size);
      await writeAll(file, bytes, size);
      await file.sync();
    });
    size += bytes.byteLength;
  };
  return {
    append: (entry) => {
      const written = last.then(() => write(entry));
      last = written.catch(() => undefined);
      return written;
    },
    close: async () => {
      await last;
      await file.close();
    },
  };
}
