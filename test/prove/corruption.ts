import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILE_KINDS, makeTables } from './corruption/corruption-tables.ts';
import { openAnswerReader } from './corruption/read-answers.ts';
import { type DamageFindings, tryDamages } from './corruption/try-damages.ts';
import { PlatformError } from '../../spi/index.ts';
import type { Check, Proof } from './proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';

/** Damages after which a mutant counts as not found out. */
const MUTANT_DAMAGES_MAX = 5000;

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
      const count = quick ? 50 : 500;
      const checks: Check[] = [];
      for (const kind of Object.keys(FILE_KINDS) as (keyof typeof FILE_KINDS)[]) {
        const files = opened.filter((path) => FILE_KINDS[kind].test(path));
        const { tried, right, refused, wrong, slowestMs } = await tryDamages({ files, count, random }, () => reader.read());
        log(`${kind}: ${String(tried)} damages, ${String(refused)} refused, ${String(right)} right answers, ${String(wrong.length)} wrong`);
        const ends = `${String(refused)} refused with a code, ${String(right)} without a part in the answer`;
        const note = `${String(tried)} damages of ${String(files.length)} files: ${ends}; the slowest read took ${String(slowestMs)} ms of processor time`;
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
      const blind = await tryDamages({ files: data, count, random }, () =>
        reader.read('without-checksums').catch((error: unknown) => {
          throw new PlatformError('ENGINE_FAILED', String(error));
        }),
      );
      checks.push(caught('without-checksums', blind), endsAnyway(blind));
      const metadata = opened.filter((path) => FILE_KINDS.metadata.test(path));
      const flips = { files: metadata, count: MUTANT_DAMAGES_MAX, random, damages: ['bit-flip'], untilWrong: true } as const;
      checks.push(caught('without-sealed-names', await tryDamages(flips, () => reader.read('without-sealed-names'))));
      return checks;
    } finally {
      await reader.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

/** What nobody compares with checksums may be read wrongly, but not without an end. */
const endsAnyway = ({ tried, endless, slowestMs }: DamageFindings): Check => ({
  id: 'unchecked-reads-end',
  value: endless,
  unit: 'reads without an end',
  target: '0',
  pass: endless === 0,
  note: `${String(tried)} damages; the slowest read took ${String(slowestMs)} ms of processor time`,
});

const caught = (mutant: string, { wrong, tried }: DamageFindings): Check => ({
  id: `mutant-${mutant}`,
  value: wrong.length,
  unit: 'wrong answers',
  target: '> 0',
  pass: wrong.length > 0,
  note: `${String(tried)} damages; the first: ${wrong[0] ?? 'none'}`,
});
