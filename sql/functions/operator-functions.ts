import { type DefinitionOptions, defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

const operator = (name: string, signatures: readonly string[], summary: string, options: DefinitionOptions = {}): FunctionDefinition =>
  defineFunction('scalar', name, signatures, summary, { hidden: true, ...options });

const NUMBERS = ['integer, integer -> integer', 'bigint, bigint -> bigint'];
const FLOATS = ['real, real -> real', 'double, double -> double'];
const DECIMALS = ['decimal(p,s), decimal(q,r) -> decimal(x,y)'];
const compared = (name: string, sign: string): FunctionDefinition => operator(name, ['T, T -> boolean'], `\`a ${sign} b\``);
const tested = (name: string, words: string): FunctionDefinition =>
  operator(name, ['boolean -> boolean'], `\`a ${words}\``, { nulls: 'never_null' });

/** What operators and special forms of the grammar are bound to. */
export const OPERATOR_FUNCTIONS: readonly FunctionDefinition[] = [
  operator(
    'add',
    [
      ...NUMBERS,
      ...DECIMALS,
      ...FLOATS,
      'date, integer -> date',
      'integer, date -> date',
      'date, interval -> timestamp',
      'interval, date -> timestamp',
      'date, time -> timestamp',
      'time, interval -> time',
      'interval, time -> time',
      'timestamp, interval -> timestamp',
      'interval, timestamp -> timestamp',
      'timestamptz, interval -> timestamptz',
      'interval, timestamptz -> timestamptz',
      'interval, interval -> interval',
      'timestamp_ns, interval -> timestamp_ns',
      'interval, timestamp_ns -> timestamp_ns',
    ],
    '`a + b`; leaving the range of the type is an error. Days for `date + integer`.',
  ),
  operator(
    'subtract',
    [
      ...NUMBERS,
      ...DECIMALS,
      ...FLOATS,
      'date, integer -> date',
      'date, interval -> timestamp',
      'date, date -> bigint',
      'time, interval -> time',
      'timestamp, interval -> timestamp',
      'timestamp, timestamp -> interval',
      'timestamptz, interval -> timestamptz',
      'timestamptz, timestamptz -> interval',
      'interval, interval -> interval',
      'timestamp_ns, interval -> timestamp_ns',
    ],
    '`a - b`; `date - date` counts days, `timestamp - timestamp` gives days and a time.',
  ),
  operator('multiply', [...NUMBERS, ...DECIMALS, ...FLOATS, 'interval, double -> interval', 'double, interval -> interval'], '`a * b`.'),
  operator(
    'divide',
    ['real, real -> real', 'double, double -> double', 'interval, double -> interval'],
    '`a / b`, true division; by zero infinity or NaN.',
  ),
  operator('int_divide', NUMBERS, '`a // b`: the quotient cut towards zero; NULL for a zero divisor.', { nulls: 'own' }),
  operator('modulo', [...NUMBERS, ...DECIMALS, ...FLOATS], '`a % b`, with the sign of `a`; NULL for a zero divisor.', {
    hidden: true,
    also: ['mod'],
    nulls: 'own',
  }),
  operator(
    'negate',
    ['integer -> integer', 'bigint -> bigint', 'decimal(p,s) -> decimal(p,s)', 'real -> real', 'double -> double', 'interval -> interval'],
    '`-a`.',
  ),
  operator('bit_and', NUMBERS, '`a & b`.'),
  operator('bit_or', NUMBERS, '`a | b`.'),
  operator('bit_xor', NUMBERS, 'Bitwise exclusive or.', { also: ['xor', 'bitwise_xor'] }),
  operator('bit_not', ['integer -> integer', 'bigint -> bigint'], '`~a`.'),
  operator('shift_left', NUMBERS, '`a << b`.'),
  operator('shift_right', NUMBERS, '`a >> b`.'),
  compared('eq', '='),
  compared('ne', '<>'),
  compared('lt', '<'),
  compared('le', '<='),
  compared('gt', '>'),
  compared('ge', '>='),
  operator('is_distinct_from', ['T, T -> boolean'], '`a IS DISTINCT FROM b`: NULL is equal to NULL.', { nulls: 'never_null' }),
  operator('is_not_distinct_from', ['T, T -> boolean'], '`a IS NOT DISTINCT FROM b`.', { nulls: 'never_null' }),
  operator('and', ['boolean, boolean... -> boolean'], '`a AND b`, of two or more operands.', { nulls: 'own' }),
  operator('or', ['boolean, boolean... -> boolean'], '`a OR b`, of two or more operands.', { nulls: 'own' }),
  operator('not', ['boolean -> boolean'], '`NOT a`.'),
  operator('is_null', ['any -> boolean'], '`a IS NULL`.', { nulls: 'never_null' }),
  operator('is_not_null', ['any -> boolean'], '`a IS NOT NULL`.', { nulls: 'never_null' }),
  tested('is_true', 'IS TRUE'),
  tested('is_not_true', 'IS NOT TRUE'),
  tested('is_false', 'IS FALSE'),
  tested('is_not_false', 'IS NOT FALSE'),
  operator('like', ['varchar, varchar, [varchar] -> boolean'], '`text LIKE pattern ESCAPE character`; no escape character by default.'),
  operator('ilike', ['varchar, varchar, [varchar] -> boolean'], 'LIKE without regard to case.'),
  operator(
    'concat_op',
    ['varchar, varchar -> varchar', 'list<T>, list<T> -> list<T>', 'varbinary, varbinary -> varbinary'],
    '`a || b`; NULL when a side is NULL.',
  ),
  operator('at_time_zone', ['timestamp, varchar -> timestamptz', 'timestamptz, varchar -> timestamp'], '`a AT TIME ZONE zone`.'),
];
