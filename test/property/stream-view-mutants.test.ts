import { afterAll, describe, expect, test } from 'vitest';
import { importMutant, type Mutation } from '../mutant/import-mutant.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { openOracle } from './stream-run.ts';
import { tryView, type ViewCase } from './stream-view-check.ts';
import type { Bag, ViewKernel } from './stream-view-run.ts';

const oracle = openOracle();

afterAll(() => oracle.close());

/** Views tried before a fault counts as unseen. */
const TRIES_MAX = 100;

/** Returns how many random views it took until a result or the late rows were not what they have to be. */
async function triesUntilSeen(kernel: ViewKernel, kind: ViewCase): Promise<number> {
  for (let seed = 1; seed <= TRIES_MAX; seed += 1) {
    try {
      const { outcome, expected } = await tryView(kind, seededRandom(seed), oracle, kernel);
      if (typeof expected === 'string' || !sameBag(outcome.result, expected) || !sameBag(outcome.late, outcome.expectedLate)) return seed;
    } catch {
      // A fault that ends in a broken promise is seen too.
      return seed;
    }
  }
  return Infinity;
}

function sameBag(left: Bag, right: ReadonlyMap<string, number>): boolean {
  return left.size === right.size && [...left].every(([row, count]) => right.get(row) === count);
}

const FAULTS: readonly (readonly [string, Omit<Mutation, 'folder'>, ViewCase])[] = [
  [
    'the state of a closed window is dropped without its rows being final',
    { file: 'view/view-dataflow.ts', from: 'this.#final.push({ ...batch, weights: null });', to: '' },
    'windows',
  ],
  [
    'rows of a closed window stay open when they are final',
    { file: 'view/view-dataflow.ts', from: '    this.#result.add(batch);\n', to: '    if (!this.#closing) this.#result.add(batch);\n' },
    'windows',
  ],
  ['a watermark moves back', { file: 'view/event-clock.ts', from: 'before === null || reached > before', to: 'true' }, 'windows'],
  [
    'watermarks are forgotten at a restart',
    { file: 'view/event-clock.ts', from: 'watermark === null ? null : BigInt(watermark);', to: 'null;' },
    'windows',
  ],
  [
    'the watermark is the greatest of the scans in place of the least',
    { file: 'view/event-clock.ts', from: 'watermark < least', to: 'watermark > least' },
    'windows',
  ],
  [
    'a late row is counted all the same',
    { file: 'view/view-dataflow.ts', from: 'weighted(rowsAt(batch, split.others), change)', to: 'weighted(batch, change)' },
    'windows',
  ],
  [
    'an instant of a NULL is late',
    { file: 'view/event-clock.ts', from: 'if (valid !== null && valid[row] === 0) return false;', to: '' },
    'windows',
  ],
  [
    'the weights of a result are ignored',
    {
      file: 'view/repeat-rows.ts',
      from: 'let copy = (weights[id] as number) * sign;',
      to: 'let copy = Math.sign(weights[id] as number) * sign;',
    },
    'any',
  ],
  [
    'a result is empty after a restart',
    {
      file: 'view/view-dataflow.ts',
      from: '      this.#result.restore(snapshot);\n',
      to: '      new ResultMultiset([]).restore(snapshot);\n',
    },
    'any',
  ],
  [
    'the best value of a group is lost when other groups are dropped',
    {
      file: 'aggregate/extreme-multiset-state.ts',
      from: 'this.#entries.retain(Int32Array.from(kept), numbers);',
      to: 'this.#entries.retain(Int32Array.from(kept));',
    },
    'windows',
  ],
  [
    'a row that met nothing stays alone when it meets one',
    {
      file: 'operator/join-operator.ts',
      from: 'const wanted = isAlone ?',
      to: 'const wanted = isAlone || (own.alone[entry] as number) > 0 ?',
    },
    'any',
  ],
];

describe('the comparison with the oracle notices when (mutant)', { timeout: 120_000 }, () => {
  test.each(FAULTS)('%s', async (_title, mutation, kind) => {
    const kernel = await importMutant<ViewKernel>('view/view-dataflow.ts', { folder: 'engines/stream', ...mutation });
    expect(await triesUntilSeen(kernel, kind)).toBeLessThanOrEqual(TRIES_MAX);
  });
});
