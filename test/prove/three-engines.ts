import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check, Proof } from './proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { proveAgreement } from './three-engines/agreement.ts';
import { buildProgram } from './three-engines/built-program.ts';
import { proveKills } from './three-engines/kill-rounds.ts';
import { proveMutants } from './three-engines/mutants.ts';
import { Platform } from './three-engines/platform.ts';

/** Whether the three engines agree about the same snapshots, and go on agreeing when processes die. */
export const proof: Proof = {
  name: 'three-engines',
  summary:
    'OLAP, batch and materialized views agree over random tables with late rows and retractions, also after kill -9; faulty ones are caught',
  needs: ['linux'],
  async run({ quick, seed, log }) {
    const directory = mkdtempSync(join(tmpdir(), 'trivium-three-engines-'));
    const program = join(directory, 'program');
    try {
      buildProgram(program);
      const on = async (name: string, prove: (platform: Platform) => Promise<Check[]>): Promise<Check[]> => {
        const platform = await Platform.start(program, join(directory, name));
        try {
          return await prove(platform);
        } finally {
          await platform.stop();
        }
      };
      const agreement = { random: seededRandom(seed), statements: quick ? 10 : 40, rows: quick ? 40 : 400, log };
      const kills = { random: seededRandom(seed + 1), rounds: quick ? 12 : 60, log };
      return [
        ...(await on('agreement', (platform) => proveAgreement(platform, agreement))),
        ...(await on('kills', (platform) => proveKills(platform, kills))),
        ...(await proveMutants(program, directory, { seed, log })),
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
