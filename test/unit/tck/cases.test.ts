import { describe, expect, test } from 'vitest';
import { DUCKDB_CAPABILITIES } from '../../../engines/duckdb/duckdb-capabilities.ts';
import olap from '../../../engines/olap/index.ts';
import { FUNCTIONS } from '../../../sql/functions/index.ts';
import { prepareCase } from '../../../tck/check/plan-case.ts';
import { expectedRows } from '../../../tck/reference/expected-rows.ts';
import { hasPassed, runKit } from '../../../tck/index.ts';
import { FUNCTION_CASES } from '../../../tck/truth/answer-checks.ts';
import { PARAMETER_CASES, PLAN_CASES } from '../../../tck/truth/plan-cases.ts';
import { randomQueries } from '../../../tck/truth/random-query.ts';
import { openWorld } from '../../../tck/world/open-world.ts';

/** Features that texts of queries do not ask for: they belong to deletes, modifications and a type that no table of the kit has. */
const WITHOUT_CASE = ['scan:deletes', 'scan:place', 'scan:lineage', 'type:timestamp_ns'];

/** Functions whose value is another at each call, or that no record of test/sqllogic leaves in the plan of a query without tables. */
const FUNCTIONS_WITHOUT_CASE = [
  'random',
  'gen_random_uuid',
  'to_json',
  'epoch_ns',
  'make_timestamp_ns',
  'tumble_start',
  'tumble_end',
  'map_agg',
  'grouping',
];

describe('the cases of the kit', () => {
  test('ask for every feature and every function, and the reference knows the plans', { timeout: 300_000 }, async () => {
    const world = await openWorld();
    try {
      const features = new Set<string>();
      const functions = new Set<string>();
      const unknown: string[] = [];
      for (const planCase of [...PLAN_CASES, ...PARAMETER_CASES, ...FUNCTION_CASES, ...randomQueries(7, 200)]) {
        const prepared = await prepareCase(world, planCase, DUCKDB_CAPABILITIES);
        for (const feature of prepared.features) features.add(feature);
        for (const name of prepared.functions) functions.add(name);
        if (planCase.rows === undefined && expectedRows(world, prepared) === null) unknown.push(planCase.sql);
      }
      expect(unknown).toEqual([]);
      expect(new Set(DUCKDB_CAPABILITIES.features.filter((name) => !features.has(name)))).toEqual(new Set(WITHOUT_CASE));
      expect(FUNCTIONS.map(({ name }) => name).filter((name) => !functions.has(name))).toEqual(FUNCTIONS_WITHOUT_CASE);
    } finally {
      await world.close();
    }
  });

  test('are answered by the olap engine as the reference does', { timeout: 300_000 }, async () => {
    const only = ['truth.types', 'truth.order', 'truth.features', 'truth.random', 'truth.snapshots', 'truth.deletes'];
    const report = await runKit({ module: olap, config: { spares: 1, processesMax: 2 }, level: 2, quick: true, seed: 3, only });
    expect(report.checks.flatMap(({ findings }) => findings)).toEqual([]);
    expect(hasPassed(report)).toBe(true);
  });
});
