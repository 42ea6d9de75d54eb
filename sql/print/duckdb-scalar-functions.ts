import type { ScalarForm } from './scalar-form.ts';
import { DUCKDB_TEMPORAL_FUNCTIONS } from './duckdb-temporal-functions.ts';

const named =
  (name: string): ScalarForm =>
  (args) =>
    `${name}(${args.join(', ')})`;
const infix =
  (sign: string): ScalarForm =>
  (args) =>
    `(${args.join(` ${sign} `)})`;
const postfix =
  (words: string): ScalarForm =>
  ([value]) =>
    `(${value ?? ''} ${words})`;
const text =
  (name: string): ScalarForm =>
  (args) =>
    `CAST(${name}(${args.join(', ')}) AS VARCHAR)`;
const like =
  (word: string): ScalarForm =>
  ([value, pattern, escape]) =>
    `(${value ?? ''} ${word} ${pattern ?? ''}${escape === undefined ? '' : ` ESCAPE ${escape}`})`;

const OPERATORS: Readonly<Record<string, ScalarForm>> = {
  multiply: infix('*'),
  divide: infix('/'),
  int_divide: ([a, b], site) => (isFloat(site.types[0]?.kind) ? `trunc(${a ?? ''} / nullif(${b ?? ''}, 0))` : `(${a ?? ''} // ${b ?? ''})`),
  modulo: ([a, b], site) => `(${a ?? ''} % ${isFloat(site.types[0]?.kind) ? `nullif(${b ?? ''}, 0)` : (b ?? '')})`,
  negate: ([value]) => `(- ${value ?? ''})`,
  bit_and: infix('&'),
  bit_or: infix('|'),
  bit_xor: named('xor'),
  bit_not: ([value]) => `(~ ${value ?? ''})`,
  shift_left: infix('<<'),
  shift_right: infix('>>'),
  eq: infix('='),
  ne: infix('<>'),
  lt: infix('<'),
  le: infix('<='),
  gt: infix('>'),
  ge: infix('>='),
  is_distinct_from: infix('IS DISTINCT FROM'),
  is_not_distinct_from: infix('IS NOT DISTINCT FROM'),
  and: infix('AND'),
  or: infix('OR'),
  not: ([value]) => `(NOT ${value ?? ''})`,
  is_null: postfix('IS NULL'),
  is_not_null: postfix('IS NOT NULL'),
  is_true: postfix('IS TRUE'),
  is_not_true: postfix('IS NOT TRUE'),
  is_false: postfix('IS FALSE'),
  is_not_false: postfix('IS NOT FALSE'),
  like: like('LIKE'),
  ilike: like('ILIKE'),
  concat_op: infix('||'),
};

const RENAMED: Readonly<Record<string, ScalarForm>> = {
  if: ([condition, yes, no]) => `CASE WHEN ${condition ?? ''} THEN ${yes ?? ''} ELSE ${no ?? 'NULL'} END`,
  power: named('pow'),
  is_nan: named('isnan'),
  is_infinite: named('isinf'),
  is_finite: named('isfinite'),
  octet_length: (args, site) => (site.types[0]?.kind === 'varchar' ? named('strlen') : named('octet_length'))(args, site),
  position: ([part, whole]) => `instr(${whole ?? ''}, ${part ?? ''})`,
  regexp_like: named('regexp_matches'),
  ascii: named('unicode'),
  to_hex: named('hex'),
  from_hex: named('unhex'),
  to_utf8: named('encode'),
  from_utf8: named('decode'),
  json_extract: text('json_extract'),
  json_extract_string: text('json_extract_string'),
  json_type: text('json_type'),
  to_json: text('to_json'),
  element_at: (args, site) => (site.types[0]?.kind === 'map' ? named('map_extract_value') : named('array_extract'))(args, site),
  cardinality: (args, site) => (site.types[0]?.kind === 'map' ? named('cardinality') : named('len'))(args, site),
  list_range: named('range'),
  list_series: named('generate_series'),
  map_of: named('map'),
};

/** Functions that DuckDB knows by the platform's name and with its meaning. */
const SAME_NAME = [
  ...[
    'coalesce',
    'nullif',
    'greatest',
    'least',
    'abs',
    'ceil',
    'floor',
    'round',
    'trunc',
    'sign',
    'sqrt',
    'cbrt',
    'exp',
    'ln',
    'log2',
    'log10',
    'log',
  ],
  ...[
    'sin',
    'cos',
    'tan',
    'cot',
    'asin',
    'acos',
    'atan',
    'atan2',
    'sinh',
    'cosh',
    'tanh',
    'degrees',
    'radians',
    'pi',
    'gcd',
    'lcm',
    'bit_count',
  ],
  ...[
    'random',
    'gen_random_uuid',
    'concat',
    'concat_ws',
    'length',
    'lower',
    'upper',
    'substring',
    'trim',
    'ltrim',
    'rtrim',
    'replace',
    'translate',
  ],
  ...['split_part', 'string_split', 'lpad', 'rpad', 'left', 'right', 'reverse', 'repeat', 'starts_with', 'ends_with', 'contains'],
  ...['regexp_full_match', 'regexp_replace', 'regexp_extract', 'regexp_extract_all', 'chr', 'md5', 'sha256', 'to_base64', 'from_base64'],
  ...['url_encode', 'url_decode', 'strip_accents', 'levenshtein', 'json_array_length', 'json_valid', 'json_keys'],
  ...[
    'list_value',
    'list_slice',
    'list_contains',
    'list_position',
    'list_concat',
    'list_append',
    'list_prepend',
    'list_distinct',
    'list_sort',
  ],
  ...[
    'list_reverse',
    'list_intersect',
    'list_has_any',
    'list_has_all',
    'list_sum',
    'list_avg',
    'list_min',
    'list_max',
    'flatten',
    'list_transform',
    'list_filter',
    'list_reduce',
    'array_to_string',
  ],
  ...['map_keys', 'map_values', 'map_contains', 'map_concat'],
];

/** How each scalar function of the catalogue is written for DuckDB, by canonical name. What has no entry is refused. */
export const DUCKDB_SCALAR_FUNCTIONS: ReadonlyMap<string, ScalarForm> = new Map([
  ...SAME_NAME.map((name): [string, ScalarForm] => [name, named(name)]),
  ...Object.entries(OPERATORS),
  ...Object.entries(RENAMED),
  ...Object.entries(DUCKDB_TEMPORAL_FUNCTIONS),
]);

function isFloat(kind: string | undefined): boolean {
  return kind === 'real' || kind === 'double';
}
