import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { assert } from '../../spi/index.ts';
import { findPython } from '../../test/prove/iceberg-readers/find-python.ts';
import type { Check } from '../../test/prove/proof.ts';
import { compileChild } from '../compile-child.ts';
import { medianInterval, round } from '../measure.ts';
import { type ManyFiles, makeManyFiles } from './many-files.ts';
import type { PlanTask, PlanTimes } from './plan-child.ts';

const FIRST_MS_MAX = 3000;
const CACHED_MS_MAX = 15;
const DAY_SHARE_MAX = 0.01;
const PEER_RATIO_MIN = 3;

interface PeerTimes {
  readonly firstMs: number;
  readonly againMs: readonly number[];
  readonly dayMs: readonly number[];
  readonly files: number;
  readonly dayFiles: number;
}

/** Measures planning over a table of 100,000 files (10,000 with `quick`). */
export function planChecks(quick: boolean, log: (line: string) => void): Promise<Check[]> {
  return withChild(async (root, child) => {
    log('  making a table of many files');
    const many = await makeManyFiles(join(root, 'many'), quick ? 10_000 : 100_000);
    const ours = runChild(child, many, quick ? 15 : 51);
    log('  PyIceberg plans the same');
    const peer = await runPeer(many, quick ? 3 : 5);
    return [...limitChecks(many, ours), ...peerChecks(ours, peer)];
  });
}

/** Measures the memory that planning over a million files takes (100,000 with `quick`). */
export function memoryChecks(quick: boolean, log: (line: string) => void): Promise<Check[]> {
  return withChild(async (root, child) => {
    const files = quick ? 100_000 : 1_000_000;
    log(`  making a table of ${String(files)} files`);
    return [memoryCheck(files, runChild(child, await makeManyFiles(join(root, 'large'), files), 3))];
  });
}

async function withChild(run: (root: string, child: string) => Promise<Check[]>): Promise<Check[]> {
  const root = mkdtempSync(join(tmpdir(), 'trivium-bench-plan-'));
  try {
    return await run(root, compileChild(join(root, 'compiled'), 'bench/storage/plan-child.ts'));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const dayOf = ({ days }: ManyFiles): number => Math.floor(days / 2);

function runChild(child: string, many: ManyFiles, samples: number): PlanTimes {
  const task: PlanTask = { metadata: many.metadata, day: dayOf(many), samples };
  const { status, stdout } = spawnSync(process.execPath, [child], {
    input: JSON.stringify(task),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  assert(status === 0, 'the planning process ends well');
  return JSON.parse(stdout) as PlanTimes;
}

async function runPeer(many: ManyFiles, samples: number): Promise<PeerTimes> {
  const python = await findPython();
  const script = fileURLToPath(new URL('./plan_files.py', import.meta.url));
  const midnight = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 19);
  const range = [midnight(dayOf(many)), midnight(dayOf(many) + 1)];
  const { stdout } = await promisify(execFile)(python, ['-W', 'ignore', script, many.metadata, ...range, String(samples)]);
  return JSON.parse(stdout) as PeerTimes;
}

function limitChecks(many: ManyFiles, times: PlanTimes): Check[] {
  const of = `${String(many.files)} files`;
  const cached = medianInterval(times.cachedMs).median;
  const share = times.dayEntries / many.files;
  return [
    limit('plan-first', times.firstMs, FIRST_MS_MAX, 'ms', `of ${of}, nothing cached but code that has run`),
    limit('plan-cached', cached, CACHED_MS_MAX, 'ms', `of ${of}, median of ${String(times.cachedMs.length)}`),
    limit(
      'day-filter-first',
      times.dayFirstMs,
      FIRST_MS_MAX,
      'ms',
      `the first plan of a process; ${String(times.dayFiles)} files of one day`,
    ),
    limit('day-filter-entries', share, DAY_SHARE_MAX, 'of all entries', `${String(times.dayEntries)} of ${of} are looked at`),
  ];
}

function limit(id: string, value: number, max: number, unit: string, note: string): Check {
  return { id, value: round(value), unit, target: `<= ${String(max)}`, pass: value <= max, note };
}

function peerChecks(ours: PlanTimes, peer: PeerTimes): Check[] {
  assert(ours.files === peer.files && ours.dayFiles === peer.dayFiles, 'both plan the same files');
  const faster = (id: string, mine: number, theirs: number): Check => ({
    id,
    value: round(theirs / mine),
    unit: 'ratio',
    target: `>= ${String(PEER_RATIO_MIN)}`,
    pass: theirs / mine >= PEER_RATIO_MIN,
    note: `PyIceberg ${String(round(theirs))} ms, ours ${String(round(mine))} ms; one process each`,
  });
  return [
    faster('pyiceberg-first-times-slower', ours.firstMs, peer.firstMs),
    faster('pyiceberg-again-times-slower', medianInterval(ours.cachedMs).median, medianInterval(peer.againMs).median),
    faster('pyiceberg-day-times-slower', medianInterval(ours.dayCachedMs).median, medianInterval(peer.dayMs).median),
  ];
}

function memoryCheck(files: number, times: PlanTimes): Check {
  const mebibytes = (times.memoryBytes - times.memoryBeforeBytes) / 2 ** 20;
  return {
    id: 'memory-of-many-files',
    value: round(mebibytes),
    unit: 'MiB',
    target: 'recorded',
    pass: true,
    note: `growth of a process that plans ${String(files)} files, the plan included; the first plan took ${String(round(times.firstMs))} ms`,
  };
}
