import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../../spi/index.ts';
import { corruptBytes, type Damage, DAMAGES } from './corrupt-bytes.ts';

/** What became of reads over damaged files. */
export interface DamageFindings {
  tried: number;
  /** Reads that gave the right answer: what was damaged had no part in it. */
  right: number;
  /** Reads that ended with an error of a registered code. */
  refused: number;
  /** Wrong answers, errors without a code and reads without an end, in words. */
  readonly wrong: string[];
  /** Reads without an end among them. */
  endless: number;
  /** Units: milliseconds of processor time that the slowest read took. */
  slowestMs: number;
}

/** What is damaged, and how often. */
export interface DamagePlan {
  readonly files: readonly string[];
  readonly count: number;
  readonly random: () => number;
  /** All kinds when left out. */
  readonly damages?: readonly Damage[];
  /** Whether the first wrong answer is the end. */
  readonly untilWrong?: boolean;
}

/** Units: milliseconds of this process's time on processors after which a read is taken for one without an end; a machine with other work changes nothing. */
const BUSY_MS_MAX = 20_000;

/** Units: milliseconds by the clock after which a read that waits for nothing is taken for one without an end, and between two looks. */
const WAIT_MS_MAX = 600_000;
const LOOK_MS = 250;

/** Damages one file at a time, reads, and puts the file back. */
export async function tryDamages(
  { files, count, random, damages = DAMAGES, untilWrong = false }: DamagePlan,
  read: () => Promise<string>,
): Promise<DamageFindings> {
  const expected = await read();
  const found: DamageFindings = { tried: 0, right: 0, refused: 0, wrong: [], endless: 0, slowestMs: 0 };
  while (found.tried < count && !(untilWrong && found.wrong.length > 0)) {
    const path = files[Math.floor(random() * files.length)] ?? '';
    const damage = damages[Math.floor(random() * damages.length)] ?? 'bit-flip';
    const bytes = readFileSync(path);
    const damaged = corruptBytes(bytes, damage, random);
    if (damaged === null) continue;
    found.tried += 1;
    writeFileSync(path, damaged);
    const from = process.cpuUsage();
    try {
      const answer = await withinTime(read());
      if (answer === null) found.endless += 1;
      if (answer === expected) found.right += 1;
      else found.wrong.push(`${damage} of ${path.slice(path.lastIndexOf('/') + 1)}: ${answer === null ? 'no end' : 'another answer'}`);
    } catch (error) {
      if (isCoded(error)) found.refused += 1;
      else found.wrong.push(`${damage} of ${path.slice(path.lastIndexOf('/') + 1)}: ${String(error).slice(0, 120)}`);
    } finally {
      found.slowestMs = Math.max(found.slowestMs, busyMs(from));
      writeFileSync(path, bytes);
    }
  }
  return found;
}

/** A broken invariant is a code too, but it says that a program is wrong, not a file. */
const isCoded = (error: unknown): boolean => error instanceof PlatformError && !error.code.startsWith('INTERNAL_');

function busyMs(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return Math.round((user + system) / 1000);
}

/** Returns null when the work has no end. */
async function withinTime(work: Promise<string>): Promise<string | null> {
  const deadline = new AbortController();
  try {
    return await Promise.race([work, tooLong(deadline.signal)]);
  } finally {
    deadline.abort();
  }
}

async function tooLong(signal: AbortSignal): Promise<null> {
  const [from, sinceMs] = [process.cpuUsage(), Date.now()];
  while (busyMs(from) < BUSY_MS_MAX && Date.now() - sinceMs < WAIT_MS_MAX) await sleep(LOOK_MS, null, { signal });
  return null;
}
