import { type DefinitionOptions, defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

const numeric = defineFunction.bind(null, 'scalar');

const SAME = ['integer -> integer', 'bigint -> bigint', 'decimal(p,s) -> decimal(p,s)', 'real -> real', 'double -> double'];
const WHOLE = ['decimal(p,s) -> decimal(p,0)', 'real -> real', 'double -> double'];
const ROUNDED = [
  'integer, [integer] -> integer',
  'bigint, [integer] -> bigint',
  'decimal(p,s), [integer] -> decimal(p,d)',
  'real, [integer] -> real',
  'double, [integer] -> double',
];
const ofDouble = (name: string, summary: string, options: DefinitionOptions = {}): FunctionDefinition =>
  numeric(name, ['double -> double'], summary, options);

/** Functions over numbers. */
export const NUMERIC_FUNCTIONS: readonly FunctionDefinition[] = [
  numeric('abs', SAME, 'Absolute value.'),
  numeric('ceil', WHOLE, 'The next whole number upwards.', { also: ['ceiling'] }),
  numeric('floor', WHOLE, 'The next whole number downwards.'),
  numeric(
    'round',
    ROUNDED,
    'Rounds half away from zero to so many digits after the point; `d` is that number for a decimal, at most its scale.',
  ),
  numeric('trunc', ROUNDED, 'Cuts to so many digits after the point.', { also: ['truncate'] }),
  numeric('sign', ['double -> integer'], '-1, 0 or 1.'),
  ofDouble('sqrt', 'Square root.'),
  ofDouble('cbrt', 'Cube root.'),
  ofDouble('exp', 'e to the power of the argument.'),
  ofDouble('ln', 'Natural logarithm.'),
  ofDouble('log2', 'Logarithm to base 2.'),
  ofDouble('log10', 'Logarithm to base 10.'),
  numeric(
    'log',
    ['double -> double', 'double, double -> double'],
    'Logarithm to base 10, or of the second argument to the base of the first.',
  ),
  numeric('power', ['double, double -> double'], '`a ^ b`.', { also: ['pow'] }),
  ofDouble('sin', 'Sine.'),
  ofDouble('cos', 'Cosine.'),
  ofDouble('tan', 'Tangent.'),
  ofDouble('cot', 'Cotangent.'),
  ofDouble('asin', 'Arc sine.'),
  ofDouble('acos', 'Arc cosine.'),
  ofDouble('atan', 'Arc tangent.'),
  numeric('atan2', ['double, double -> double'], 'Angle of the point (second, first).'),
  ofDouble('sinh', 'Hyperbolic sine.'),
  ofDouble('cosh', 'Hyperbolic cosine.'),
  ofDouble('tanh', 'Hyperbolic tangent.'),
  ofDouble('degrees', 'Radians to degrees.'),
  ofDouble('radians', 'Degrees to radians.'),
  numeric('pi', ['() -> double'], 'The number pi.'),
  numeric('gcd', ['bigint, bigint -> bigint'], 'Greatest common divisor.', { also: ['greatest_common_divisor'] }),
  numeric('lcm', ['bigint, bigint -> bigint'], 'Least common multiple.', { also: ['least_common_multiple'] }),
  numeric('bit_count', ['bigint -> integer'], 'Number of bits that are set.'),
  numeric('is_nan', ['double -> boolean'], 'Whether the number is NaN.', { also: ['isnan'] }),
  numeric('is_infinite', ['double -> boolean'], 'Whether the number is infinite.', { also: ['isinf'] }),
  numeric('is_finite', ['double -> boolean'], 'Whether the number is neither infinite nor NaN.', { also: ['isfinite'] }),
  numeric('random', ['() -> double'], 'A random number from 0 to below 1, new for each row.', {
    also: ['rand'],
    nulls: 'never_null',
    deterministic: false,
  }),
  numeric('gen_random_uuid', ['() -> uuid'], 'A random UUID, new for each row.', {
    also: ['uuid'],
    nulls: 'never_null',
    deterministic: false,
  }),
];
