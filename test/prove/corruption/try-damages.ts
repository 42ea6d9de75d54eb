import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../../spi/index.ts';
import { corruptBytes, DAMAGES } from './corrupt-bytes.ts';

/** What became of reads over damaged files. */
export interface DamageFindings {
  tried: number;
  /** Reads that gave the right answer: what was damaged had no part in it. */
  right: number;
  /** Reads that ended with an error of a registered code. */
  refused: number;
  /** Wrong answers, errors without a code and reads without an end, in words. */
  readonly wrong: string[];
}

/** Units: milliseconds after which a read is taken for one without an end. */
const HANG_MS = 20_000;

/** Damages one file at a time, reads, and puts the file back. */
export async function tryDamages(
  files: readonly string[],
  count: number,
  random: () => number,
  read: () => Promise<string>,
): Promise<DamageFindings> {
  const expected = await read();
  const found: DamageFindings = { tried: 0, right: 0, refused: 0, wrong: [] };
  while (found.tried < count) {
    const path = files[Math.floor(random() * files.length)] ?? '';
    const damage = DAMAGES[Math.floor(random() * DAMAGES.length)] ?? 'bit-flip';
    const bytes = readFileSync(path);
    const damaged = corruptBytes(bytes, damage, random);
    if (damaged === null) continue;
    found.tried += 1;
    writeFileSync(path, damaged);
    try {
      const answer = await withinTime(read());
      if (answer === expected) found.right += 1;
      else found.wrong.push(`${damage} of ${path.slice(path.lastIndexOf('/') + 1)}: ${answer === null ? 'no end' : 'another answer'}`);
    } catch (error) {
      if (isCoded(error)) found.refused += 1;
      else found.wrong.push(`${damage} of ${path.slice(path.lastIndexOf('/') + 1)}: ${String(error).slice(0, 120)}`);
    } finally {
      writeFileSync(path, bytes);
    }
  }
  return found;
}

/** A broken invariant is a code too, but it says that a program is wrong, not a file. */
const isCoded = (error: unknown): boolean => error instanceof PlatformError && !error.code.startsWith('INTERNAL_');

async function withinTime(work: Promise<string>): Promise<string | null> {
  const deadline = new AbortController();
  try {
    return await Promise.race([work, sleep(HANG_MS, null, { signal: deadline.signal })]);
  } finally {
    deadline.abort();
  }
}
