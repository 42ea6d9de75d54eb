import type { AggregateCall, DataType } from '../../spi/index.ts';

/** A function over rows as DuckDB calls it. */
export interface RowFunction {
  readonly name: string;
  readonly args: readonly string[];
  /** A scalar function to be put around the call. */
  readonly around?: string;
}

/** Writes a call of an aggregate or window function from its printed arguments. */
export type RowForm = (args: readonly string[], call: AggregateCall) => RowFunction;

const named =
  (name: string): RowForm =>
  (args) => ({ name, args });

const SAME_NAME = [
  ...['count', 'sum', 'min', 'max', 'any_value', 'first', 'last', 'stddev_samp', 'stddev_pop', 'var_samp', 'var_pop', 'skewness'],
  ...['kurtosis', 'product', 'covar_samp', 'covar_pop', 'corr', 'regr_slope', 'regr_intercept', 'regr_r2', 'regr_count'],
  ...['quantile_disc', 'mode', 'string_agg', 'array_agg', 'bool_and', 'bool_or', 'approx_count_distinct'],
  ...['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile', 'lag', 'lead', 'first_value', 'last_value', 'nth_value'],
];

/** How each aggregate and window function of the catalogue is written for DuckDB, by canonical name; `grouping` is printed with its groups. */
export const DUCKDB_ROW_FUNCTIONS: ReadonlyMap<string, RowForm> = new Map([
  ...SAME_NAME.map((name): [string, RowForm] => [name, named(name)]),
  // DuckDB's own gives NULL where there is no row.
  ['count_if', ([condition = '']) => ({ name: 'count', args: [`CASE WHEN ${condition} THEN 1 END`] })],
  ['count_star', () => ({ name: 'count', args: ['*'] })],
  ['avg', exactForm('avg', ['integer', 'bigint', 'decimal'])],
  ['median', exactForm('median', ['integer', 'bigint'])],
  ['quantile_cont', exactForm('quantile_cont', ['integer', 'bigint'])],
  ['approx_quantile', approxQuantile],
  ['bit_and_agg', named('bit_and')],
  ['bit_or_agg', named('bit_or')],
  ['bit_xor_agg', named('bit_xor')],
  ['min_by', named('arg_min')],
  ['max_by', named('arg_max')],
  [
    'map_agg',
    ([key = '', value = '']) => ({ name: 'list', args: [`struct_pack(k := ${key}, v := ${value})`], around: 'map_from_entries' }),
  ],
]);

/** DuckDB's own takes a decimal for a whole number, and so cuts its fraction off. */
function approxQuantile([value = '', fraction = '']: readonly string[], call: AggregateCall): RowFunction {
  const of = call.arguments[0]?.type.kind === 'decimal' ? `CAST(${value} AS DOUBLE)` : value;
  return { name: 'approx_quantile', args: [of, `CAST(${fraction} AS FLOAT)`] };
}

/** Exact numbers are handed over before their cast to double: DuckDB gives a double all the same, sums them exactly, and orders them faster. */
function exactForm(name: string, kinds: readonly DataType['kind'][]): RowForm {
  return (args, call) => {
    const [argument] = call.arguments;
    const [text = '', ...others] = args;
    const exact =
      argument?.kind === 'cast' && !argument.safe && argument.type.kind === 'double' && kinds.includes(argument.argument.type.kind);
    const inner = exact ? /^CAST\((.*) AS DOUBLE\)$/s.exec(text)?.[1] : undefined;
    return { name, args: [inner ?? text, ...others] };
  };
}
