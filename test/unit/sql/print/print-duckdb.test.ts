import { beforeAll, describe, expect, test } from 'vitest';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  BOOLEAN,
  call,
  col,
  filter,
  INTEGER,
  integers,
  join,
  key,
  limit,
  lit,
  plan,
  project,
  scan,
  sort,
  VARCHAR,
  values,
  win,
  windowCall,
} from '../../../support/plan-builder.ts';
import { printForTest, resultTypes, runPlan } from '../../../support/print-and-run.ts';
import { createUserTables, users } from '../../../support/user-tables.ts';

beforeAll(createUserTables);

const orders = () =>
  scan('orders', [
    [3, 'user', INTEGER],
    [4, 'amount', INTEGER],
  ]);
const ofUser = call('eq', [col(1), col(3)]);

describe('a plan printed for DuckDB gives the rows of the algebra', () => {
  test('a scan with a filter, an order and a limit is one SELECT', async () => {
    const root = limit(sort(filter(users(), call('gt', [col(1), lit(1)])), key(col(1), true)), 1);
    expect(await runPlan(plan(root))).toEqual([[3, null]]);
    expect(printForTest(plan(root)).match(/SELECT/g)).toHaveLength(2);
  });

  test('joins of joins stay in one FROM clause without derived tables between them', async () => {
    const inner = join('inner', users(), orders(), ofUser);
    const more = join('inner', scan('users', [[5, 'id', INTEGER]]), inner, call('eq', [col(5), col(1)]));
    const root = filter(more, call('gt', [col(4), lit(5)]));
    expect(printForTest(plan(root, [1, 4]))).toMatch(
      /FROM \(SELECT [^()]*\) AS \w+ JOIN \(\(SELECT [^()]*\) AS \w+ JOIN \(SELECT [^()]*\) AS \w+ ON .*\) ON/,
    );
    expect((await runPlan(plan(root, [1, 4]))).toSorted()).toEqual([
      [1, 10],
      [1, 20],
    ]);
  });

  test.each([
    [
      'left',
      [
        [1, 10],
        [1, 20],
        [2, null],
        [3, null],
      ],
    ],
    [
      'right',
      [
        [1, 10],
        [1, 20],
      ],
    ],
    [
      'full',
      [
        [1, 10],
        [1, 20],
        [2, null],
        [3, null],
      ],
    ],
  ] as const)('a filter below the right side of a %s join is applied before the join', async (kind, expected) => {
    const right = filter(orders(), call('gt', [col(4), lit(5)]));
    const root = sort(join(kind, users(), right, ofUser), key(col(1)), key(col(4)));
    expect(await runPlan(plan(root, [1, 4]))).toEqual(expected);
  });

  test('semi and anti joins put out the left rows once', async () => {
    expect(await runPlan(plan(sort(join('semi', users(), orders(), ofUser), key(col(1))), [1]))).toEqual([[1], [2]]);
    expect(await runPlan(plan(join('anti', users(), orders(), ofUser), [1]))).toEqual([[3]]);
  });

  test('an asof join takes the nearest row before', async () => {
    const root = join('asof_left', integers(1, 1, 5, 9), integers(2, 3, 7), call('ge', [col(1), col(2)]));
    expect(await runPlan(plan(sort(root, key(col(1)))))).toEqual([
      [1, null],
      [5, 3],
      [9, 7],
    ]);
  });

  test('a lateral join reads the left row', async () => {
    const right = limit(sort(filter(orders(), ofUser), key(col(4), true)), 1);
    const root = sort(join('left', users(), right, lit(true), true), key(col(1)));
    expect(await runPlan(plan(root, [1, 4]))).toEqual([
      [1, 20],
      [2, 5],
      [3, null],
    ]);
  });

  test('the sum of integers is a bigint', async () => {
    const root = aggregate(orders(), [as(10, col(3))], [agg(11, aggregateCall('sum', [col(4)], BIGINT))]);
    expect(await resultTypes(plan(root))).toEqual(['INTEGER', 'BIGINT']);
    expect(await runPlan(plan(sort(root, key(col(10)))))).toEqual([
      [1, '30'],
      [2, '5'],
      [9, '1'],
    ]);
  });

  test('an aggregate without rows and groups is one row', async () => {
    const none = filter(orders(), lit(false));
    const root = aggregate(none, [], [agg(10, aggregateCall('count_star', [], BIGINT)), agg(11, aggregateCall('sum', [col(4)], BIGINT))]);
    expect(await runPlan(plan(root))).toEqual([['0', null]]);
  });

  test('a group that is a constant is not taken for a position', async () => {
    const root = aggregate(orders(), [as(10, lit(2)), as(11, lit(1))], [agg(12, aggregateCall('count_star', [], BIGINT))]);
    expect(await runPlan(plan(root))).toEqual([[2, 1, '4']]);
  });

  test('grouping sets tell which groups are rolled up', async () => {
    const groups = [as(10, call('modulo', [col(3), lit(2)], INTEGER)), as(11, col(3))];
    const aggregates = [agg(12, aggregateCall('grouping', [lit(0), lit(1)], BIGINT)), agg(13, aggregateCall('sum', [col(4)], BIGINT))];
    const root = sort(aggregate(orders(), groups, aggregates, [[0], [1], []]), key(col(12), true), key(col(10)), key(col(11)));
    expect(await runPlan(plan(root))).toEqual([
      [null, null, '3', '36'],
      [null, 1, '2', '30'],
      [null, 2, '2', '5'],
      [null, 9, '2', '1'],
      [0, null, '1', '5'],
      [1, null, '1', '31'],
    ]);
  });

  test('an aggregate honours DISTINCT, FILTER and ORDER BY', async () => {
    const list = aggregateCall(
      'array_agg',
      [col(4)],
      { kind: 'list', element: INTEGER, elementNullable: true },
      { orderBy: [key(col(4), true)] },
    );
    const counted = aggregateCall('count', [col(3)], BIGINT, { distinct: true, filter: call('gt', [col(4), lit(1)]) });
    expect(await runPlan(plan(aggregate(orders(), [], [agg(10, list), agg(11, counted)])))).toEqual([[[20, 10, 5, 1], '2']]);
  });

  test('an order holds through projections above it, and may use columns that are not put out', async () => {
    const doubled = project(sort(orders(), key(col(4), true)), as(10, call('multiply', [col(4), lit(2)], INTEGER)));
    expect(await runPlan(plan(project(doubled, as(11, call('add', [col(10), lit(1)], INTEGER)))))).toEqual([[41], [21], [11], [3]]);
    expect(await runPlan(plan(sort(users(), key(col(2), false, true)), [1]))).toEqual([[3], [1], [2]]);
  });

  test('a filter over a limit does not reach below it', async () => {
    const root = filter(limit(sort(orders(), key(col(4))), 2), call('gt', [col(4), lit(1)]));
    expect(await runPlan(plan(root, [4]))).toEqual([[5]]);
  });

  test('window functions see the rows of their own block', async () => {
    const rank = windowCall('row_number', [], BIGINT, { partitionBy: [col(3)], windowOrderBy: [key(col(4), true)] });
    const running = windowCall('sum', [col(4)], BIGINT, {
      windowOrderBy: [key(col(4))],
      frame: { unit: 'rows', start: { kind: 'preceding', offset: lit(1, BIGINT) }, end: { kind: 'current_row' }, exclude: 'no_others' },
    });
    const windowed = { kind: 'window', input: orders(), windows: [win(10, rank), win(11, running)] } as const;
    const root = sort(filter(windowed, call('eq', [col(10, BIGINT), lit(1, BIGINT)])), key(col(3)));
    expect(await runPlan(plan(root, [3, 4, 11]))).toEqual([
      [1, 20, '30'],
      [2, 5, '6'],
      [9, 1, '1'],
    ]);
  });

  test('distinct on keeps the first row per key in its order', async () => {
    const root = { kind: 'distinct', input: orders(), on: [col(3)], orderBy: [key(col(4), true)] } as const;
    expect(await runPlan(plan(sort(root, key(col(3)))))).toEqual([
      [1, 20],
      [2, 5],
      [9, 1],
    ]);
  });

  test('set operations match columns by position', async () => {
    const operation = (name: 'union' | 'intersect' | 'except', all: boolean) => ({
      kind: 'set_operation' as const,
      operation: name,
      all,
      left: integers(1, 1, 2, 2, 3),
      right: project(integers(2, 2, 4), as(3, lit('x')), as(4, col(2))),
      leftIds: [1],
      rightIds: [4],
      columns: [{ id: 9, name: 'n', type: INTEGER, nullable: true }],
    });
    const run = async (name: 'union' | 'intersect' | 'except', all: boolean) =>
      (await runPlan(plan(sort(operation(name, all), key(col(9)))))).flat();
    expect(await run('union', true)).toEqual([1, 2, 2, 2, 3, 4]);
    expect(await run('union', false)).toEqual([1, 2, 3, 4]);
    expect(await run('intersect', false)).toEqual([2]);
    expect(await run('except', true)).toEqual([1, 2, 3]);
  });

  test('a common table is read twice under different ids', async () => {
    const cte = {
      cteId: 1,
      name: 'big',
      columns: [{ id: 20, name: 'n', type: INTEGER, nullable: true }],
      plan: filter(orders(), call('gt', [col(4), lit(4)])),
      planIds: [4],
      recursive: null,
      materialized: true,
    };
    const read = (id: number) => ({ kind: 'cte_scan' as const, cteId: 1, columns: [{ id, name: 'n', type: INTEGER, nullable: true }] });
    const body = join('inner', read(21), read(22), call('lt', [col(21), col(22)]));
    expect(await runPlan(plan(sort({ kind: 'with', ctes: [cte], body }, key(col(21)), key(col(22)))))).toEqual([
      [5, 10],
      [5, 20],
      [10, 20],
    ]);
  });

  test('a recursive common table runs until no row is added', async () => {
    const read = (id: number) => ({ kind: 'cte_scan' as const, cteId: 1, columns: [{ id, name: 'n', type: BIGINT, nullable: true }] });
    const step = project(
      filter(read(31), call('lt', [col(31, BIGINT), lit(4, BIGINT)])),
      as(32, call('add', [col(31, BIGINT), lit(1, BIGINT)], BIGINT)),
    );
    const cte = {
      cteId: 1,
      name: 'r',
      columns: [{ id: 30, name: 'n', type: BIGINT, nullable: true }],
      plan: values([[33, BIGINT]], [[lit(1, BIGINT)]]),
      planIds: [33],
      recursive: { plan: step, planIds: [32], unionAll: true },
      materialized: null,
    };
    expect(await runPlan(plan(sort({ kind: 'with', ctes: [cte], body: read(34) }, key(col(34)))))).toEqual([['1'], ['2'], ['3'], ['4']]);
  });

  test('lists are unnested side by side with a position', async () => {
    const list = (...items: number[]) =>
      call(
        'list_value',
        items.map((item) => lit(item)),
        { kind: 'list', element: INTEGER, elementNullable: true },
      );
    const root = {
      kind: 'unnest' as const,
      arguments: [list(7, 8), list(9)],
      columns: [1, 2].map((id) => ({ id, name: 'n', type: INTEGER, nullable: true })),
      ordinality: { id: 3, name: 'o', type: BIGINT, nullable: false },
    };
    expect(await runPlan(plan(sort(root, key(col(3)))))).toEqual([
      [7, 9, '1'],
      [8, null, '2'],
    ]);
  });

  test('a map is unnested into keys and values', async () => {
    const pairs = { kind: 'map', key: VARCHAR, value: INTEGER, valueNullable: true } as const;
    const keys = call('list_value', [lit('a'), lit('b')], { kind: 'list', element: VARCHAR, elementNullable: true });
    const items = call('list_value', [lit(1), lit(2)], { kind: 'list', element: INTEGER, elementNullable: true });
    const root = {
      kind: 'unnest' as const,
      arguments: [call('map_of', [keys, items], pairs)],
      columns: [
        { id: 1, name: 'k', type: VARCHAR, nullable: false },
        { id: 2, name: 'v', type: INTEGER, nullable: true },
      ],
      ordinality: null,
    };
    expect(await runPlan(plan(sort(root, key(col(1)))))).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('a series may be lateral', async () => {
    const series = {
      kind: 'table_function' as const,
      function: 'generate_series',
      arguments: [lit(1, BIGINT), col(1)],
      columns: [{ id: 5, name: 's', type: BIGINT, nullable: false }],
    };
    const root = sort(join('cross', integers(1, 2, 1), series, null, true), key(col(1)), key(col(5)));
    expect(await runPlan(plan(root))).toEqual([
      [1, '1'],
      [2, '1'],
      [2, '2'],
    ]);
  });

  test('subqueries read the columns of the query around them', async () => {
    const ofThisUser = aggregate(filter(orders(), ofUser), [], [agg(10, aggregateCall('max', [col(4)], INTEGER))]);
    const scalar = { kind: 'scalar_subquery' as const, plan: ofThisUser, columnId: 10, type: INTEGER };
    const exists = { kind: 'exists' as const, plan: filter(orders(), ofUser), type: BOOLEAN };
    const all = {
      kind: 'quantified' as const,
      operator: 'ge' as const,
      quantifier: 'all' as const,
      argument: col(1),
      plan: integers(40, 1, 2),
      columnId: 40,
      type: BOOLEAN,
    };
    const root = sort(project(users(), as(20, col(1)), as(21, scalar), as(22, exists), as(23, all)), key(col(20)));
    expect(await runPlan(plan(root))).toEqual([
      [1, 20, true, false],
      [2, 5, true, true],
      [3, null, false, true],
    ]);
  });

  test('NOT IN over rows follows the NULL rule of the standard', async () => {
    const member = (left: (number | null)[], rows: (number | null)[][]) => ({
      kind: 'in_subquery' as const,
      arguments: left.map((item) => lit(item, INTEGER)),
      plan: values(
        [
          [50, INTEGER],
          [51, INTEGER],
        ],
        rows.map((row) => row.map((item) => lit(item, INTEGER))),
      ),
      columnIds: [50, 51],
      type: BOOLEAN,
    });
    const verdict = async (left: (number | null)[], rows: (number | null)[][]) =>
      (await runPlan(plan(project(values([], [[]]), as(1, member(left, rows))))))[0]?.[0];
    expect(
      await verdict(
        [1, 2],
        [
          [3, null],
          [4, 4],
        ],
      ),
    ).toBe(false);
    expect(
      await verdict(
        [1, 2],
        [
          [1, null],
          [4, 4],
        ],
      ),
    ).toBe(null);
    expect(
      await verdict(
        [1, 2],
        [
          [1, null],
          [1, 2],
        ],
      ),
    ).toBe(true);
    expect(
      await verdict(
        [1, null],
        [
          [3, 4],
          [5, 6],
        ],
      ),
    ).toBe(false);
    expect(await verdict([1, null], [])).toBe(false);
  });

  test('rows without columns are counted', async () => {
    const rows = values([], [[], [], []]);
    expect(await runPlan(plan(aggregate(rows, [], [agg(1, aggregateCall('count_star', [], BIGINT))])))).toEqual([['3']]);
    expect(await runPlan(plan(values([[1, INTEGER]], [])))).toEqual([]);
  });

  test('an id may be put out twice and names may repeat', async () => {
    const root = project(values([], [[]]), as(1, call('random', [], { kind: 'double' })));
    const [row] = await runPlan(plan(root, [1, 1]));
    expect(row?.[0]).toBe(row?.[1]);
  });
});
