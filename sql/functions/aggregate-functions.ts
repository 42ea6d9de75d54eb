import { defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

const aggregate = defineFunction.bind(null, 'aggregate');
const NUMBERS_KEPT = ['integer -> integer', 'bigint -> bigint'];
const onDouble = (name: string, summary: string, also: readonly string[] = []): FunctionDefinition =>
  aggregate(name, ['double -> double'], summary, { also });
const onPairs = (name: string, summary: string): FunctionDefinition => aggregate(name, ['double, double -> double'], summary);

/** Aggregate functions. NULL arguments are skipped; without any row the value is NULL, but 0 for the counting ones. All may be windows. */
export const AGGREGATE_FUNCTIONS: readonly FunctionDefinition[] = [
  aggregate('count_star', ['() -> bigint'], '`count(*)`: number of rows.', { hidden: true, nulls: 'never_null' }),
  aggregate('count', ['any -> bigint'], 'Number of values that are not NULL.', { nulls: 'never_null' }),
  aggregate('count_if', ['boolean -> bigint'], 'Number of rows for which the argument is true.', {
    also: ['countif'],
    nulls: 'never_null',
  }),
  aggregate(
    'sum',
    ['integer -> bigint', 'bigint -> bigint', 'decimal(p,s) -> decimal(38,s)', 'real -> double', 'double -> double'],
    'Sum; leaving the range of the result type is an error.',
  ),
  aggregate('avg', ['double -> double', 'interval -> interval'], 'Mean.', { also: ['mean'] }),
  aggregate('min', ['T -> T'], 'The least value.'),
  aggregate('max', ['T -> T'], 'The greatest value.'),
  aggregate('any_value', ['T -> T'], 'A value that is not NULL.', { also: ['arbitrary'] }),
  aggregate('first', ['T -> T'], 'The value of the first row in the order given, NULLs included.'),
  aggregate('last', ['T -> T'], 'The value of the last row in the order given, NULLs included.'),
  onDouble('stddev_samp', 'Standard deviation of a sample.', ['stddev']),
  onDouble('stddev_pop', 'Standard deviation.'),
  onDouble('var_samp', 'Variance of a sample.', ['variance']),
  onDouble('var_pop', 'Variance.'),
  onDouble('skewness', 'Skewness.'),
  onDouble('kurtosis', 'Excess kurtosis.'),
  onDouble('product', 'Product.'),
  onPairs('covar_samp', 'Covariance of a sample.'),
  onPairs('covar_pop', 'Covariance.'),
  onPairs('corr', 'Correlation.'),
  onPairs('regr_slope', 'Slope of the least-squares line.'),
  onPairs('regr_intercept', 'Intercept of the least-squares line.'),
  onPairs('regr_r2', 'Coefficient of determination.'),
  aggregate('regr_count', ['double, double -> bigint'], 'Number of rows where both are not NULL.', { nulls: 'never_null' }),
  aggregate(
    'median',
    ['decimal(p,s) -> decimal(p,s)', 'double -> double', 'date -> timestamp', 'timestamp -> timestamp', 'timestamptz -> timestamptz'],
    'The middle value, interpolated.',
  ),
  aggregate(
    'quantile_cont',
    [
      'decimal(p,s), double -> decimal(p,s)',
      'double, double -> double',
      'date, double -> timestamp',
      'timestamp, double -> timestamp',
      'timestamptz, double -> timestamptz',
    ],
    'The value at a fraction of the order, interpolated; also `percentile_cont(f) WITHIN GROUP (ORDER BY x)`.',
    { also: ['percentile_cont'] },
  ),
  aggregate(
    'quantile_disc',
    ['T, double -> T'],
    'The first value at or past a fraction of the order; also `percentile_disc(f) WITHIN GROUP (ORDER BY x)`.',
    {
      also: ['percentile_disc', 'quantile'],
    },
  ),
  aggregate(
    'approx_quantile',
    ['integer, double -> integer', 'bigint, double -> bigint', 'decimal(p,s), double -> decimal(p,s)', 'double, double -> double'],
    'The value near a fraction of the order.',
    {
      also: ['approx_percentile'],
    },
  ),
  aggregate('mode', ['T -> T'], 'The most frequent value.'),
  aggregate('string_agg', ['varchar, [varchar] -> varchar'], 'Joins texts in the order given, with a separator (a comma by default).', {
    also: ['listagg', 'group_concat'],
  }),
  aggregate('array_agg', ['T -> list<T>'], 'A list of the values in the order given, NULLs included.', { also: ['list'] }),
  aggregate('bool_and', ['boolean -> boolean'], 'Whether all are true.', { also: ['every'] }),
  aggregate('bool_or', ['boolean -> boolean'], 'Whether one is true.'),
  aggregate('bit_and_agg', NUMBERS_KEPT, 'Bitwise and of all.', { also: ['bit_and', 'bitwise_and_agg'] }),
  aggregate('bit_or_agg', NUMBERS_KEPT, 'Bitwise or of all.', { also: ['bit_or', 'bitwise_or_agg'] }),
  aggregate('bit_xor_agg', NUMBERS_KEPT, 'Bitwise exclusive or of all.', { also: ['bit_xor', 'bitwise_xor_agg'] }),
  aggregate('approx_count_distinct', ['any -> bigint'], 'Number of different values, roughly.', {
    also: ['approx_distinct'],
    nulls: 'never_null',
  }),
  aggregate('min_by', ['T, K -> T'], 'The first argument of the row with the least second argument.', { also: ['arg_min', 'argmin'] }),
  aggregate('max_by', ['T, K -> T'], 'The first argument of the row with the greatest second argument.', { also: ['arg_max', 'argmax'] }),
  aggregate('map_agg', ['K, V -> map<K,V>'], 'A map of keys and values.'),
  aggregate(
    'grouping',
    ['integer... -> bigint'],
    'Bit mask of the group columns that are rolled up; the first argument has the highest bit.',
    {
      also: ['grouping_id'],
      nulls: 'never_null',
    },
  ),
];
