import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Proof } from './proof.ts';
import { seededRandom } from './seeded-random.ts';
import { proveAgreement } from './three-engines/agreement.ts';
import { buildProgram } from './three-engines/built-program.ts';
import { Platform } from './three-engines/platform.ts';

/** Whether the three engines agree about the same snapshots, and go on agreeing when processes die. */
export const proof: Proof = {
  name: 'three-engines',
  summary: 'OLAP, batch and materialized views agree over random tables with late rows and retractions, also after kill -9; faulty ones are caught',
  needs: ['linux'],
  async run({ quick, seed, log }) {
    const directory = mkdtempSync(join(tmpdir(), 'trivium-three-engines-'));
    const program = join(directory, 'program');
    try {
      buildProgram(program);
      const platform = await Platform.start(program, join(directory, 'agreement'));
      try {
        return await proveAgreement(platform, { random: seededRandom(seed), statements: 40, rows: quick ? 40 : 400, log });
      } finally {
        await platform.stop();
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
