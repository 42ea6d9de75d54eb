import { describe, expect, test } from 'vitest';
import { encodeBatch, encodeResultSchema } from '../../../../../engines/stream/changelog/encode-batch.ts';
import { Dataflow, planDataflow } from '../../../../../engines/stream/dataflow/index.ts';
import { readRows } from '../../../../../runtime/arrow/index.ts';
import type { DataType, Expression } from '../../../../../spi/index.ts';
import {
  as,
  BIGINT,
  BOOLEAN,
  call,
  cast,
  col,
  DOUBLE,
  INTEGER,
  lit,
  plan,
  project,
  type as typed,
  VARCHAR,
  values,
} from '../../../../support/plan-builder.ts';

/** Returns the value of an expression over a row whose column 1 is the integer 7 and column 2 a NULL; constants are columns, so nothing is folded. */
function evaluate(expression: Expression): unknown {
  const whole = plan(
    project(
      values(
        [
          [1, INTEGER],
          [2, INTEGER],
        ],
        [[lit(7), lit(null, INTEGER)]],
      ),
      as(9, expression, 'x'),
    ),
  );
  const frames = [encodeResultSchema(whole.output)];
  const dataflow = new Dataflow(planDataflow(whole, { timeZone: 'UTC' }), {
    retractions: false,
    sink: (batch, pool) => frames.push(encodeBatch(batch, whole.output, pool)),
  });
  dataflow.flush();
  return readRows(frames)[0]?.['x'];
}

const NULL = col(2);
const big = (value: string) => lit(value, BIGINT);
const decimal = (precision: number, scale: number): DataType => ({ kind: 'decimal', precision, scale });
const text = (value: string) => lit(value, VARCHAR);
const TIMESTAMP = typed('timestamp');
const timestamp = (value: string): string => evaluate(lit(value, TIMESTAMP)) as string;
const tumble = (name: string, value: string, sizeUs: bigint) => call(name, [lit(value, TIMESTAMP), big(String(sizeUs))], TIMESTAMP);
const divided = call('eq', [call('int_divide', [lit(1), lit(0)], INTEGER), lit(1)]);

describe('an expression has the value of the platform', () => {
  test.each<[string, Expression, unknown]>([
    ['integers stay exact beyond 2^53', call('add', [big('9007199254740993'), big('2')], BIGINT), 9007199254740995n],
    ['and come back below it', call('subtract', [big('9223372036854775807'), big('9223372036854775800')], BIGINT), 7n],
    ['products too', call('multiply', [big('3037000499'), big('-3037000499')], BIGINT), -9223372030926249001n],
    [
      'a window begins at or before its instant',
      tumble('tumble_start', '2024-02-29 12:34:56.789012', 7_000_000n),
      timestamp('2024-02-29 12:34:50'),
    ],
    ['and ends after it', tumble('tumble_end', '2024-02-29 12:34:56.789012', 7_000_000n), timestamp('2024-02-29 12:34:57')],
    ['a window begins at its own start', tumble('tumble_start', '2024-01-01 00:00:10', 10_000_000n), timestamp('2024-01-01 00:00:10')],
    ['windows before 1970 too', tumble('tumble_start', '1969-12-31 23:59:59.999999', 10_000_000n), timestamp('1969-12-31 23:59:50')],
    ['and their ends', tumble('tumble_end', '1969-12-31 23:59:59.999999', 10_000_000n), timestamp('1970-01-01 00:00:00')],
    ['far instants are exact', tumble('tumble_start', '9999-12-31 23:59:59.999999', 7n), timestamp('9999-12-31 23:59:59.999995')],
    ['and early ones', tumble('tumble_end', '0001-01-01 00:00:00.000001', 3n), timestamp('0001-01-01 00:00:00.000003')],
    ['an unknown instant has no window', call('tumble_start', [lit(null, TIMESTAMP), big('10')], TIMESTAMP), null],
    ['division by zero is infinite', call('divide', [lit('1', DOUBLE), lit('0', DOUBLE)], DOUBLE), Infinity],
    ['whole division by zero is NULL', call('int_divide', [lit(1), lit(0)], INTEGER), null],
    ['modulo has the sign of the left', call('modulo', [lit(-7), lit(3)], INTEGER), -1],
    ['decimals are brought to one scale', call('add', [lit('1.5', decimal(2, 1)), lit('0.25', decimal(3, 2))], decimal(4, 2)), '1.75'],
    [
      'wide decimals are exact',
      call('multiply', [lit('99999999999.99', decimal(13, 2)), lit('99999999999.99', decimal(13, 2))], decimal(26, 4)),
      '9999999999998000000000.0001',
    ],
    ['NULL and false is false', call('and', [call('eq', [NULL, lit(1)]), lit(false)]), false],
    ['NULL and true is NULL', call('and', [call('eq', [NULL, lit(1)]), lit(true)]), null],
    ['NULL or true is true', call('or', [call('eq', [NULL, lit(1)]), lit(true)]), true],
    ['NaN is equal to itself', call('eq', [lit('NaN', DOUBLE), lit('NaN', DOUBLE)]), true],
    ['NaN is above infinity', call('gt', [lit('NaN', DOUBLE), lit('Infinity', DOUBLE)]), true],
    ['texts compare by code point', call('lt', [text('\uffff'), text('\u{10000}')]), true],
    ['IN with a NULL item is NULL where nothing is found', { kind: 'in', argument: col(1), items: [lit(1), NULL], type: BOOLEAN }, null],
    [
      'a branch that is not taken is not computed',
      {
        kind: 'case',
        branches: [{ when: lit(true), then: lit(1) }],
        otherwise: call('add', [lit(2147483647), lit(1)], INTEGER),
        type: INTEGER,
      },
      1,
    ],
    ['coalesce takes the first value', call('coalesce', [NULL, col(1), lit(3)], INTEGER), 7],
    ['a double is rounded to the even neighbour', cast(lit('2.5', DOUBLE), INTEGER), 2],
    ['a decimal is rounded away from zero', cast(lit('-2.5', decimal(2, 1)), INTEGER), -3],
    ['TRY_CAST gives NULL', { kind: 'cast', argument: big('3000000000'), safe: true, type: INTEGER }, null],
    ['a timestamp as text', cast(lit('2024-02-29 12:34:56.7', typed('timestamp')), VARCHAR), '2024-02-29 12:34:56.7'],
    ['weeks are those of ISO 8601', call('extract_week', [lit('2024-12-30', typed('date'))], BIGINT), 1n],
    [
      'times before 1970 are cut downwards',
      cast(call('date_trunc', [text('hour'), lit('1969-12-31 23:59:59', typed('timestamp'))], typed('timestamp')), VARCHAR),
      '1969-12-31 23:00:00',
    ],
    ['length counts characters', call('length', [text('名😀')], BIGINT), 2n],
    ['LIKE takes a character for one place', call('like', [text('😀b'), text('_b')]), true],
    ['LIKE with an escape', call('like', [text('50%'), text('50!%'), text('!')]), true],
    ['concat leaves NULL out', call('concat', [text('a'), cast(NULL, VARCHAR), text('b')], VARCHAR), 'ab'],
    ['|| does not', call('concat_op', [text('a'), cast(NULL, VARCHAR)], VARCHAR), null],
    ['OR stops at what decides', call('or', [lit(true), divided]), true],
  ])('%s', (_title, expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });

  test.each<[string, Expression, string]>([
    ['an integer that leaves its range', call('add', [lit(2147483647), lit(1)], INTEGER), 'SQL_OVERFLOW'],
    ['a bigint', call('negate', [big('-9223372036854775808')], BIGINT), 'SQL_OVERFLOW'],
    ['a decimal', call('add', [lit('999999999999999999', decimal(18, 0)), lit('1', decimal(18, 0))], decimal(18, 0)), 'SQL_OVERFLOW'],
    ['a cast that does not fit', cast(big('3000000000'), INTEGER), 'SQL_OVERFLOW'],
  ])('%s is an error', (_title, expression, code) => {
    expect(() => evaluate(expression)).toThrow(expect.objectContaining({ code }) as Error);
  });

  test('texts of the statement are values of the generated loop, never its text', () => {
    const hostile = "'); throw new Error('x'); //\n`${process.exit(1)}`";
    expect(evaluate(call('concat_op', [text(hostile), text('!')], VARCHAR))).toBe(`${hostile}!`);
  });
});
