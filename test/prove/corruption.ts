import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILE_KINDS, makeTables } from './corruption/corruption-tables.ts';
import { openAnswerReader } from './corruption/read-answers.ts';
import { tryDamages } from './corruption/try-damages.ts';
import type { Check, Proof } from './proof.ts';
import { seededRandom } from './seeded-random.ts';

/** Whether a damaged file is told from a whole one. */
export const proof: Proof = {
  name: 'corruption',
  summary: 'flipped, cut, zeroed and swapped bytes in every kind of file of a table end in a coded error or in the right answer',
  async run({ quick, seed, log }) {
    const directory = mkdtempSync(join(tmpdir(), 'trivium-corruption-'));
    const warehouse = join(directory, 'warehouse');
    await makeTables(warehouse);
    const reader = await openAnswerReader(warehouse);
    try {
      const random = seededRandom(seed);
      await reader.read();
      const opened = [...reader.opened].sort();
      const count = quick ? 60 : 600;
      const checks: Check[] = [];
      for (const kind of Object.keys(FILE_KINDS) as (keyof typeof FILE_KINDS)[]) {
        const files = opened.filter((path) => FILE_KINDS[kind].test(path));
        const { tried, right, refused, wrong } = await tryDamages(files, count, random, () => reader.read());
        log(`${kind}: ${String(tried)} damages, ${String(refused)} refused, ${String(right)} right answers, ${String(wrong.length)} wrong`);
        const note = `${String(tried)} damages: ${String(refused)} refused with a code, ${String(right)} without a part in the answer`;
        const shown = wrong.length === 0 ? note : `${note}; ${wrong.slice(0, 3).join('; ')}`;
        checks.push({
          id: kind,
          value: wrong.length,
          unit: 'wrong answers',
          target: '0',
          pass: wrong.length === 0 && refused > 0,
          note: shown,
        });
      }
      const data = opened.filter((path) => FILE_KINDS.data.test(path));
      const blind = await tryDamages(data, quick ? 30 : 100, random, () =>
        reader.read('without-checksums').catch(() => 'an error of the engine'),
      );
      checks.push(caught('without-checksums', blind.wrong));
      const metadata = opened.filter((path) => FILE_KINDS.metadata.test(path));
      const trusting = await tryDamages(metadata, 200, random, () => reader.read('without-sealed-names'));
      checks.push(caught('without-sealed-names', trusting.wrong));
      return checks;
    } finally {
      await reader.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

const caught = (mutant: string, wrong: readonly string[]): Check => ({
  id: `mutant-${mutant}`,
  value: wrong.length,
  unit: 'wrong answers',
  target: '> 0',
  pass: wrong.length > 0,
  note: wrong[0],
});
