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
  scan,
  VARCHAR,
} from '../../../support/plan-builder.ts';
import { printForTest, runPlan, testConnection } from '../../../support/print-and-run.ts';

beforeAll(async () => {
  const connection = await testConnection();
  await connection.run("CREATE TABLE users AS SELECT * FROM (VALUES (1, 'ann'), (2, 'bob'), (3, NULL)) AS t(id, name)");
  await connection.run('CREATE TABLE orders AS SELECT * FROM (VALUES (1, 10), (1, 20), (2, 5), (9, 1)) AS t("user", amount)');
});

const users = () =>
  scan('users', [
    [1, 'id', INTEGER],
    [2, 'name', VARCHAR],
  ]);

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
