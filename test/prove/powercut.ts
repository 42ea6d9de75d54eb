import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cutPower } from './powercut/cut-power.ts';
import type { Proof } from './proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';

/** Whether what was acknowledged survives a power cut. */
export const proof: Proof = {
  name: 'powercut',
  summary: 'acknowledged writes are there after power cuts of an XFS on a loop device; a committer without fsync is caught',
  needs: ['linux', 'root', 'mkfs.xfs', 'xfs_io'],
  async run({ quick, seed, log }) {
    const directory = mkdtempSync(join(tmpdir(), 'trivium-powercut-'));
    try {
      return await cutPower({ directory, cuts: quick ? 2 : 20, random: seededRandom(seed), log });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
