import { describe, expect, test } from 'vitest';
import type { DataType, Expression } from '../../../../spi/index.ts';
import { formatType } from '../../../../spi/index.ts';
import { FUNCTIONS, type FunctionDefinition, type Overload, type TypePattern } from '../../../../sql/functions/index.ts';
import { printType } from '../../../../sql/print/print-type.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
  col,
  integers,
  lit,
  plan,
  project,
  values,
  win,
  windowCall,
} from '../../../support/plan-builder.ts';
import { resultTypes, runPlan } from '../../../support/print-and-run.ts';

const SAMPLES: Readonly<Record<string, string | boolean>> = {
  boolean: true,
  integer: '2',
  bigint: '2',
  real: '0.5',
  double: '0.5',
  date: '2001-02-03',
  time: '04:05:06.5',
  timestamp: '2001-02-03 04:05:06.5',
  timestamptz: '2001-02-03 04:05:06.5+00',
  interval: '1 day',
  varchar: 'a',
  varbinary: 'YWJj',
  uuid: '00000000-0000-0000-0000-000000000001',
  decimal: '1.50',
};

/** Arguments that have to be of a certain form, by function and position. */
const FORMS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  date_trunc: { 0: 'day' },
  date_diff: { 0: 'hour' },
  like: { 2: '!' },
  ilike: { 2: '!' },
  strftime: { 1: '%Y' },
  strptime: { 0: '2001', 1: '%Y' },
  make_date: { 0: '2001' },
  make_timestamp: { 0: '2001' },
  at_time_zone: { 1: 'Europe/Berlin' },
  json_extract: { 0: '{"a":1}', 1: '$.a' },
  json_extract_string: { 0: '{"a":1}', 1: '$.a' },
  json_array_length: { 0: '[1]', 1: '$' },
  json_type: { 0: '[1]', 1: '$' },
  json_keys: { 0: '{"a":1}', 1: '$' },
  from_hex: { 0: 'AA' },
  from_base64: { 0: 'YQ==' },
  regexp_like: { 2: 'i' },
  regexp_full_match: { 2: 'i' },
  regexp_replace: { 3: 'g' },
  regexp_extract: { 2: '0' },
  regexp_extract_all: { 2: '0' },
  round: { 1: '1' },
  trunc: { 1: '1' },
};

function typeOf(pattern: TypePattern): DataType {
  switch (pattern.kind) {
    case 'exact':
      return pattern.type;
    case 'decimal':
      return { kind: 'decimal', precision: 10, scale: pattern.scale === 0 ? 0 : 2 };
    case 'list':
      return { kind: 'list', element: typeOf(pattern.element), elementNullable: true };
    case 'map':
      return { kind: 'map', key: typeOf(pattern.key), value: typeOf(pattern.value), valueNullable: true };
    case 'variable':
      return { kind: pattern.name === 'K' ? 'varchar' : 'integer' };
    case 'any':
      return { kind: 'integer' };
    case 'lambda':
      return typeOf(pattern.result);
  }
}

function sample(type: DataType, form: string | undefined): Expression {
  if (type.kind === 'list') return call('list_value', [sample(type.element, form)], type);
  if (type.kind === 'map') {
    const keys = { kind: 'list', element: type.key, elementNullable: false } as const;
    const items = { kind: 'list', element: type.value, elementNullable: true } as const;
    return call('map_of', [sample(keys, form), sample(items, form)], type);
  }
  return { kind: 'literal', type, value: form ?? SAMPLES[type.kind] ?? null };
}

function argumentsOf(entry: FunctionDefinition, overload: Overload): readonly Expression[] {
  return overload.parameters.map((parameter, index) => {
    const value = sample(typeOf(parameter), FORMS[entry.name]?.[index]);
    if (parameter.kind !== 'lambda') return value;
    const parameters = parameter.parameters.map((pattern, place) => ({ id: 100 + place, name: 'x', type: typeOf(pattern) }));
    return { kind: 'lambda', parameters, body: value, type: value.type };
  });
}

/** Calls of the catalogue that other tests cover, since they need more than arguments. */
const ELSEWHERE = new Set(['grouping']);
const cases = (kind: FunctionDefinition['kind']) =>
  FUNCTIONS.filter((entry) => entry.kind === kind && !ELSEWHERE.has(entry.name)).flatMap((entry) =>
    entry.overloads.map((overload): [string, FunctionDefinition, Overload] => [`${entry.name}: ${overload.text}`, entry, overload]),
  );

const duckdbName = (type: DataType): string => printType(type).replaceAll(', ', ',').replace('TIMESTAMPTZ', 'TIMESTAMP WITH TIME ZONE');

describe('DuckDB runs every signature of the catalogue and gives the type that the plan says', () => {
  test.each(cases('scalar'))('%s', async (_title, entry, overload) => {
    const result = typeOf(overload.result);
    const whole = plan(project(values([], [[]]), as(1, call(entry.name, argumentsOf(entry, overload), result))));
    await expect(runPlan(whole)).resolves.toHaveLength(1);
    expect((await resultTypes(whole))[0]?.replaceAll(', ', ',')).toBe(duckdbName(result));
  });

  test.each(cases('aggregate'))('%s', async (_title, entry, overload) => {
    const result = typeOf(overload.result);
    const whole = plan(
      aggregate(integers(1, 1, 2), [as(3, col(1))], [agg(2, aggregateCall(entry.name, argumentsOf(entry, overload), result))]),
    );
    await expect(runPlan(whole)).resolves.toHaveLength(2);
  });

  test.each([...cases('window'), ...cases('aggregate')])('over a window: %s', async (_title, entry, overload) => {
    const call_ = windowCall(entry.name, argumentsOf(entry, overload), typeOf(overload.result), {
      partitionBy: [col(1)],
      windowOrderBy: [{ expression: col(1), descending: false, nullsFirst: false }],
    });
    await expect(runPlan(plan({ kind: 'window', input: integers(1, 1, 2), windows: [win(2, call_)] }))).resolves.toHaveLength(2);
  });

  test.each(cases('table'))('%s', async (_title, entry, overload) => {
    const type = typeOf(overload.result);
    const whole = plan({
      kind: 'table_function',
      function: entry.name,
      arguments: argumentsOf(entry, overload),
      columns: [{ id: 1, name: 's', type, nullable: false }],
    });
    await expect(runPlan(whole)).resolves.toBeDefined();
    expect(formatType(type)).not.toBe('null');
  });
});

test('map_agg builds a map of keys and values', async () => {
  const type = { kind: 'map', key: { kind: 'integer' }, value: { kind: 'integer' }, valueNullable: true } as const;
  const whole = plan(
    aggregate(
      integers(1, 1, 2),
      [],
      [agg(2, aggregateCall('map_agg', [col(1), call('add', [col(1), lit(10)], { kind: 'integer' })], type))],
    ),
  );
  expect(await runPlan(whole)).toEqual([
    [
      [
        { key: 1, value: 11 },
        { key: 2, value: 12 },
      ],
    ],
  ]);
});

test('the mean of exact numbers is taken from the numbers themselves', async () => {
  const big = values([[1, BIGINT]], [[lit('9007199254740993', BIGINT)], [lit('9007199254740995', BIGINT)]]);
  const mean = aggregateCall('avg', [{ kind: 'cast', argument: col(1, BIGINT), safe: false, type: { kind: 'double' } }], {
    kind: 'double',
  });
  expect(await runPlan(plan(aggregate(big, [], [agg(2, mean)])))).toEqual([[9007199254740994]]);
});

test('a roughly middle decimal keeps its fraction', async () => {
  const type: DataType = { kind: 'decimal', precision: 10, scale: 2 };
  const amounts = values([[1, type]], [[lit('1.50', type)], [lit('2.25', type)], [lit('2.25', type)]]);
  const middle = aggregateCall('approx_quantile', [col(1, type), lit('0.5', { kind: 'double' })], type);
  expect(await runPlan(plan(aggregate(amounts, [], [agg(2, middle)])))).toEqual([['2.25']]);
});
