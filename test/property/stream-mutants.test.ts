import { afterAll, describe, expect, test } from 'vitest';
import { importMutant, type Mutation } from '../mutant/import-mutant.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { type Answer, type Feeding, type Kernel, openOracle, runStream, wholePlan } from './stream-run.ts';
import { PlanMaker } from './stream-plans.ts';
import { pick, randomRows } from './stream-tables.ts';

const oracle = openOracle();

afterAll(() => oracle.close());

/** Plans tried before a fault counts as unseen. */
const TRIES_MAX = 150;

/** Returns how many random plans it took until an answer differed from the oracle's. */
async function triesUntilSeen(kernel: Kernel, feeding: Omit<Feeding, 'batchRows'>): Promise<number> {
  for (let seed = 1; seed <= TRIES_MAX; seed += 1) {
    const random = seededRandom(seed);
    const tables = { t: randomRows(random, 12, false), u: randomRows(random, 8, false) };
    const plan = wholePlan(new PlanMaker(random).plan(1 + Math.floor(random() * 2)));
    await oracle.load(tables);
    const expected = await oracle.answer(plan);
    if (!sameAnswer(attempt(), expected)) return seed;
    function attempt(): Answer {
      try {
        return runStream(plan, tables, { ...feeding, batchRows: pick(random, [1, 7]) }, random, kernel);
      } catch (error) {
        // A fault that ends in a broken promise is seen too.
        return String(error);
      }
    }
  }
  return Infinity;
}

function sameAnswer(left: Answer, right: Answer): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  return left.size === right.size && [...left].every(([row, weight]) => right.get(row) === weight);
}

const COMING_AND_GOING = { retractions: true, interrupted: false };

const FAULTS: readonly (readonly [string, Omit<Mutation, 'folder'>, Omit<Feeding, 'batchRows'>])[] = [
  [
    'a count drops the weight',
    { file: 'aggregate/count-state.ts', from: '(weights === null ? 1 : (weights[row] as number))', to: '1' },
    COMING_AND_GOING,
  ],
  [
    'NULL is lost in groups and keys',
    { file: 'state/row-layout.ts', from: 'lanes[base + flag] = (lanes[base + flag] as number) | bit;', to: '' },
    { retractions: false, interrupted: false },
  ],
  [
    'the least value stays when it is taken away',
    { file: 'aggregate/create-aggregate.ts', from: 'retractions ? new ExtremeMultisetState', to: 'false ? new ExtremeMultisetState' },
    COMING_AND_GOING,
  ],
  [
    'one side of a join does not meet what came before',
    { file: 'operator/join-operator.ts', from: 'this.#meet(batch, {', to: 'if (ownIsLeft) this.#meet(batch, {' },
    { retractions: false, interrupted: false },
  ],
  [
    'a distinct row that is gone stays',
    { file: 'operator/distinct-operator.ts', from: '> 0 ? 1 : 0;', to: '>= 0 ? 1 : 0;' },
    COMING_AND_GOING,
  ],
  [
    'a group keeps its old row beside the new one',
    { file: 'operator/aggregate-operator.ts', from: 'if (old.length > 0) {', to: 'if (old.length > 1e9) {' },
    { retractions: true, interrupted: true },
  ],
  [
    'operators start empty after a restore',
    { file: 'dataflow/dataflow.ts', from: 'state.restore(reader);', to: 'void reader;' },
    { retractions: true, interrupted: true },
  ],
];

describe('the comparison with the oracle notices when (mutant)', () => {
  test.each(FAULTS)('%s', async (_title, mutation, feeding) => {
    const kernel = await importMutant<Kernel>('dataflow/index.ts', { folder: 'engines/stream', ...mutation });
    expect(await triesUntilSeen(kernel, feeding)).toBeLessThanOrEqual(TRIES_MAX);
  });
});
