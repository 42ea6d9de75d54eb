import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../proof.ts';
import { COMMITTER_ENTRY } from '../crash/committer-entry.ts';
import { type Findings, inspectTable, makeCrashTable } from '../crash/inspect-table.ts';
import { describe } from '../crash/kill-rounds.ts';
import { descendants, killAll, startLoad } from '../crash/start-load.ts';

/** How power cuts are tried. */
export interface PowerCutPlan {
  /** Directory for images and mount points. */
  readonly directory: string;
  readonly cuts: number;
  readonly random: () => number;
  readonly log: (line: string) => void;
}

/** Cuts the power of a simulated disk under eight appends at a time: an XFS on a loop device is shut down without flushing its log, mounted
 *  again and looked at. What was acknowledged must be there; a committer that does not sync must be seen to lose some. */
export async function cutPower(plan: PowerCutPlan): Promise<Check[]> {
  mkdirSync(plan.directory, { recursive: true });
  const real = await cutRepeatedly(plan, 'real', COMMITTER_ENTRY.real);
  const mutant = await cutRepeatedly(plan, 'mutant', COMMITTER_ENTRY.withoutSync);
  return [
    {
      id: 'power-cut-lost',
      value: real.lost,
      unit: 'appends',
      target: '0',
      pass: real.lost === 0 && real.acknowledged > 0,
      note: `${String(real.acknowledged)} acknowledged before ${String(plan.cuts)} cuts`,
    },
    { id: 'power-cut-halved', value: real.halved, unit: 'appends', target: '0', pass: real.halved === 0 },
    {
      id: 'mutant-without-sync-lost',
      value: mutant.lost,
      unit: 'appends',
      target: '> 0',
      pass: mutant.lost > 0,
      note: `${String(mutant.acknowledged)} acknowledged before ${String(plan.cuts)} cuts`,
    },
  ];
}

interface CutResult {
  readonly acknowledged: number;
  readonly lost: number;
  readonly halved: number;
}

async function cutRepeatedly(plan: PowerCutPlan, name: string, committerEntry: string): Promise<CutResult> {
  const total = { acknowledged: 0, lost: 0, halved: 0 };
  for (let cut = 0; cut < plan.cuts; cut += 1) {
    const disk = makeDisk(join(plan.directory, `${name}-${String(cut)}`));
    try {
      const { findings, acknowledged } = await cutOnce(plan, disk, committerEntry);
      plan.log(`power cut ${String(cut + 1)} (${name}): ${String(acknowledged)} acknowledged, ${describe(findings)}`);
      total.acknowledged += acknowledged;
      total.lost += findings.lost;
      total.halved += findings.halved;
    } finally {
      disk.remove();
    }
  }
  return total;
}

async function cutOnce(plan: PowerCutPlan, disk: Disk, committerEntry: string): Promise<{ findings: Findings; acknowledged: number }> {
  const directory = join(disk.mountPoint, 'warehouse');
  await makeCrashTable(directory);
  execFileSync('sync', ['-f', disk.mountPoint]);
  const load = startLoad({ directory, committerEntry, firstId: 1, parallel: 8, appendsMax: 0, log: plan.log });
  await load.ready;
  await sleep(800 + plan.random() * 1000);
  disk.shutdown();
  killAll([load.pid, ...descendants(load.pid)]);
  await load.ended;
  await disk.remount();
  return { findings: await inspectTable(directory, load.acknowledged), acknowledged: load.acknowledged.size };
}

interface Disk {
  readonly mountPoint: string;
  shutdown(): void;
  remount(): Promise<void>;
  remove(): void;
}

function makeDisk(path: string): Disk {
  const image = `${path}.img`;
  const run = (file: string, ...args: string[]): void => void execFileSync(file, args, { stdio: 'pipe' });
  run('truncate', '-s', '400M', image);
  run('mkfs.xfs', '-q', image);
  mkdirSync(path, { recursive: true });
  run('mount', '-o', 'loop', image, path);
  return {
    mountPoint: path,
    shutdown: () => {
      run('xfs_io', '-x', '-c', 'shutdown', path);
    },
    async remount() {
      await unmount(path);
      run('mount', '-o', 'loop', image, path);
    },
    remove() {
      // Lazily: a process that still has a file open must not keep the proof from ending.
      run('umount', '-l', path);
      rmSync(image);
    },
  };
}

/** Killed processes may keep the file system busy for a moment. */
async function unmount(path: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      execFileSync('umount', [path], { stdio: 'pipe' });
      return;
    } catch (error) {
      if (tries >= 50) throw error;
      await sleep(100);
    }
  }
}
