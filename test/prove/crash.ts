import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killExpiry } from './crash/expiry-rounds.ts';
import { killCommitters, killGroups } from './crash/kill-rounds.ts';
import { raceAppends } from './crash/race-round.ts';
import { killServers } from './crash/server-rounds.ts';
import type { Check, Proof } from './proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';

/** Whether what was acknowledged survives what can happen to processes. */
export const proof: Proof = {
  name: 'crash',
  summary:
    'acknowledged writes are there exactly once after kill -9 of servers, process groups and committers, and an expiry that is killed loses no file in use; a committer without compare-and-swap is caught',
  needs: ['linux'],
  async run({ quick, seed, log }) {
    const random = seededRandom(seed);
    const rounds = quick ? 3 : 100;
    const directory = mkdtempSync(join(tmpdir(), 'trivium-crash-'));
    try {
      const checks: Check[] = [];
      checks.push(...(await killGroups({ directory: join(directory, 'groups'), rounds, random, log })));
      checks.push(...(await killCommitters({ directory: join(directory, 'committers'), rounds, random, log })));
      checks.push(...(await killServers({ directory: join(directory, 'server'), rounds, random, log })));
      checks.push(...(await killExpiry(join(directory, 'expiry'), log)));
      checks.push(...(await raceAppends(join(directory, 'race'), quick ? 40 : 200, log)));
      return checks;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
