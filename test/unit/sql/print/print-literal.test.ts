import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataType, LiteralExpression, PlatformError } from '../../../../spi/index.ts';
import { printLiteral } from '../../../../sql/print/print-literal.ts';
import { as, BIGINT, call, lit, plan, project, type as typed, VARCHAR, values } from '../../../support/plan-builder.ts';
import { resultTypes, runPlan } from '../../../support/print-and-run.ts';

const literal = (value: string | boolean | null, type: DataType): LiteralExpression => ({ kind: 'literal', type, value });
const constant = (value: string | boolean | null, type: DataType) => plan(project(values([], [[]]), as(1, literal(value, type))));
const valueOf = async (value: string | null, type: DataType) => (await runPlan(constant(value, type)))[0]?.[0];

describe('a constant reaches DuckDB unchanged', () => {
  test.each([
    ['-9223372036854775808', typed('bigint'), '-9223372036854775808'],
    ['-2147483648', typed('integer'), -2147483648],
    ['99999999999999999999999999999999999999', { kind: 'decimal', precision: 38, scale: 0 }, '99999999999999999999999999999999999999'],
    ['-0.50', { kind: 'decimal', precision: 3, scale: 2 }, '-0.50'],
    ['NaN', typed('double'), 'NaN'],
    ['-Infinity', typed('double'), '-Infinity'],
    ['1.7976931348623157e308', typed('double'), 1.7976931348623157e308],
    ['0.1', typed('double'), 0.1],
    ['0001-01-01', typed('date'), '0001-01-01'],
    ['23:59:59.999999', typed('time'), '23:59:59.999999'],
    ['2001-02-03 04:05:06.000007', typed('timestamp'), '2001-02-03 04:05:06.000007'],
    ['2001-02-03 04:05:06.000007+00:00', typed('timestamptz'), '2001-02-03 04:05:06.000007+00'],
    ['14 months -2 days 3 us', typed('interval'), { months: 14, days: -2, micros: '3' }],
    ['00000000-0000-0000-0000-00000000000a', typed('uuid'), '00000000-0000-0000-0000-00000000000a'],
    ['', typed('varchar'), ''],
    ["'; DROP TABLE t; --", typed('varchar'), "'; DROP TABLE t; --"],
    ['$$ \\ " \u00a0 \u2028 \u{1f600}', typed('varchar'), '$$ \\ " \u00a0 \u2028 \u{1f600}'],
    ['a\0b\0', typed('varchar'), 'a\0b\0'],
    [null, typed('null'), null],
    [null, { kind: 'list', element: BIGINT, elementNullable: true }, null],
  ] as readonly [string | null, DataType, unknown][])('%j', async (value, type, expected) => {
    expect(await valueOf(value, type)).toEqual(expected);
  });

  test('with its type', async () => {
    expect(await resultTypes(constant('1', typed('integer')))).toEqual(['INTEGER']);
    expect(await resultTypes(constant('1', { kind: 'decimal', precision: 10, scale: 2 }))).toEqual(['DECIMAL(10,2)']);
    expect(await resultTypes(constant(null, typed('real')))).toEqual(['FLOAT']);
  });

  test('whatever text it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await valueOf(text, VARCHAR)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test('whatever bytes it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => {
        const hex = call('to_hex', [literal(Buffer.from(bytes).toString('base64'), typed('varbinary'))], VARCHAR);
        const rows = await runPlan(plan(project(values([], [[]]), as(1, hex))));
        expect(rows[0]?.[0]).toBe(Buffer.from(bytes).toString('hex').toUpperCase());
      }),
      { numRuns: 50 },
    );
  });
});

test.each([
  ['1; DROP TABLE t', typed('integer')],
  ['1e3', typed('bigint')],
  ['0x10', typed('double')],
  ["YQ=='", typed('varbinary')],
  ['\ud800', typed('varchar')],
] as const)('a constant that is not of the canonical form is refused: %j', (value, type) => {
  expect(() => printLiteral(literal(value, type))).toThrow(expect.objectContaining({ code: 'SQL_INVALID_VALUE' }) as PlatformError);
});

test('field names of structs are quoted', async () => {
  const type = { kind: 'struct', fields: [{ name: `a"b' c`, type: BIGINT, nullable: true }] } as const;
  const struct = { kind: 'struct', values: [lit('7', BIGINT)], type } as const;
  const field = { kind: 'field', argument: struct, name: `a"b' c`, type: BIGINT } as const;
  expect(await runPlan(plan(project(values([], [[]]), as(1, field))))).toEqual([['7']]);
});
