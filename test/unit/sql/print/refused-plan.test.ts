import { beforeAll, describe, expect, test } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
  col,
  filter,
  INTEGER,
  lit,
  plan,
  project,
} from '../../../support/plan-builder.ts';
import { printForTest, runPlan } from '../../../support/print-and-run.ts';
import { createUserTables, users } from '../../../support/user-tables.ts';

beforeAll(createUserTables);

describe('a plan is refused', () => {
  const codeOf = (print: () => unknown): string => {
    try {
      print();
    } catch (error) {
      if (error instanceof PlatformError) return error.code;
    }
    return 'none';
  };

  test('when it uses a function that DuckDB has not', () => {
    expect(codeOf(() => printForTest(plan(project(users(), as(9, call('no_such_function', [], INTEGER))))))).toBe('ENGINE_UNSUPPORTED');
  });

  test('when it nests too deep, but not for a long chain of conditions', async () => {
    let deep = call('add', [col(1), lit(1)], INTEGER);
    for (let level = 0; level < 400; level += 1) deep = call('add', [deep, lit(1)], INTEGER);
    expect(codeOf(() => printForTest(plan(project(users(), as(9, deep)))))).toBe('SQL_TOO_DEEP');
    let chain = call('ne', [col(1), lit(0)]);
    for (let level = 1; level < 5000; level += 1) chain = call('and', [chain, call('ne', [col(1), lit(-level)])]);
    expect(await runPlan(plan(aggregate(filter(users(), chain), [], [agg(9, aggregateCall('count_star', [], BIGINT))])))).toEqual([['3']]);
  });
});
