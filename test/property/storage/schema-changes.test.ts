import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import { type FunctionsPlatform, startFunctionsPlatform } from '../../support/functions-platform.ts';
import { SchemaFailure, SchemaHistory } from './schema-history.ts';

let platform: FunctionsPlatform;

beforeAll(async () => {
  platform = await startFunctionsPlatform({});
}, 60_000);
afterAll(async () => {
  await platform.close();
});

/** Of these, seed 1 finds a reading of columns by their names alone, and seed 4 one of parts of columns. */
const SEEDS = 4;

const STEPS = 20;

async function differenceOf(seed: number): Promise<string | null> {
  const history = new SchemaHistory((sql) => platform.ask(sql), seededRandom(seed), `h${String(seed)}`);
  try {
    return await history.run(STEPS);
  } catch (error) {
    if (error instanceof SchemaFailure) return `${history.log.join(';\n')}\n${error.message}`;
    throw error;
  }
}

describe('a table whose columns are added, dropped, renamed, moved and widened', () => {
  it('is read after every step, and at every snapshot, as a model by field ids has it', async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) expect(await differenceOf(seed), `seed ${String(seed)}`).toBeNull();
  }, 300_000);
});
