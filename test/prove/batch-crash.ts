import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { attackDirectly } from './batch-crash/direct-rounds.ts';
import { fillDisk } from './batch-crash/full-disk.ts';
import { killJobs } from './batch-crash/kill-rounds.ts';
import type { Check, Proof } from './proof.ts';

const PARTS = ['kills', 'moments', 'disk'] as const;

/** Whether a job of the batch engine ends with what an undisturbed one ends with, whatever happens to processes, disks and files meanwhile. */
export const proof: Proof = {
  name: 'batch-crash',
  summary:
    'a job of 12 steps through the batch engine under kill -9 of executors and servers, a full disk and a corrupt file: the same tables, each commit once, nothing left behind',
  needs: ['linux', 'root'],
  parts: PARTS,
  async run({ quick, seed, only, log }) {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-batch-crash-')));
    const folder = (name: string): string => {
      mkdirSync(join(root, name));
      return join(root, name);
    };
    const isAsked = (part: (typeof PARTS)[number]): boolean => only === undefined || only === part;
    try {
      const checks: Check[] = [];
      if (isAsked('kills')) {
        const sizes = quick ? { kills: 10, flights: 30_000, pairs: 1 } : { kills: 100, flights: 300_000, pairs: 3 };
        checks.push(...(await killJobs({ ...sizes, directory: folder('kills'), random: seededRandom(seed), log })));
      }
      if (isAsked('moments')) checks.push(...(await attackDirectly(folder('moments'), log)));
      if (isAsked('disk')) checks.push(...(await fillDisk(folder('disk'), log)));
      return checks;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
