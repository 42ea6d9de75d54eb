import fc from 'fast-check';
import type { DataType, Expression, Field, PartitionSpec, PartitionTransform } from '../../../spi/index.ts';
import { transformAccepts } from '../../../storage/iceberg/transform/apply-transform.ts';
import type { ColumnValue } from '../../../storage/iceberg/value/column-value.ts';
import { valueToText } from '../../../storage/iceberg/value/value-text.ts';
import type { OracleRow } from './evaluate-condition.ts';

const BOOLEAN: DataType = { kind: 'boolean' };

/** The columns of the random tables; ids of columns in filters are field ids plus 100. */
export const FIELDS: readonly Field[] = (
  [
    ['i', { kind: 'integer' }],
    ['b', { kind: 'bigint' }],
    ['s', { kind: 'varchar' }],
    ['t', { kind: 'timestamp' }],
    ['d', { kind: 'date' }],
    ['n', { kind: 'decimal', precision: 9, scale: 2 }],
    ['f', { kind: 'double' }],
    ['o', BOOLEAN],
    ['m', { kind: 'timestamp_ns' }],
  ] as const
).map(([name, type], index) => ({ id: index + 1, name, type, nullable: true }));

/** Id of a field's column in filters. */
export const columnId = (field: Field): number => field.id + 100;

function valuesOf(type: DataType): fc.Arbitrary<ColumnValue> {
  switch (type.kind) {
    case 'varchar':
      return fc.oneof(
        fc.constantFrom('', 'a', 'ab', 'abc', 'b', 'é', '💎', 'a%', `${'x'.repeat(20)}y`, '\u{10ffff}'),
        fc.string({ maxLength: 3 }),
      );
    case 'timestamp':
      return fc.bigInt({ min: -10n, max: 10n }).map((hours) => hours * 3_600_000_000n * 17n + (hours % 3n));
    case 'timestamp_ns':
      return fc.bigInt({ min: -10n, max: 10n }).map((hours) => hours * 3_600_000_000_000n * 17n + (hours % 3n));
    case 'double':
      return fc.oneof(fc.constantFrom(NaN, -0, 0, Infinity, -1.5), fc.integer({ min: -5, max: 5 }));
    case 'boolean':
      return fc.boolean();
    default:
      return fc.bigInt({ min: -40n, max: 40n });
  }
}

const nullable = (type: DataType): fc.Arbitrary<ColumnValue | null> => fc.option(valuesOf(type), { freq: 6, nil: null });

/** Rows, many alike, so that files may have a column that is all NULL or one value. */
export const rowsArbitrary: fc.Arbitrary<OracleRow[]> = fc.array(
  fc
    .tuple(...FIELDS.map((field) => nullable(field.type)))
    .map((values) => new Map(FIELDS.map((field, index) => [columnId(field), values[index] ?? null]))),
  { minLength: 1, maxLength: 25 },
);

const TRANSFORMS: readonly PartitionTransform[] = [
  { kind: 'identity' },
  { kind: 'year' },
  { kind: 'month' },
  { kind: 'day' },
  { kind: 'hour' },
  { kind: 'bucket', buckets: 3 },
  { kind: 'truncate', width: 2 },
];

/** Partition specs of up to two fields, perhaps of one column. */
export const specArbitrary: fc.Arbitrary<PartitionSpec> = fc
  .array(fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...TRANSFORMS)), { maxLength: 2 })
  .map((pairs) => ({
    specId: 0,
    fields: pairs
      .filter(([field, transform]) => transformAccepts(transform, field.type))
      .map(([field, transform], index) => ({ sourceId: field.id, fieldId: 1000 + index, name: `p${String(index)}`, transform })),
  }));

const column = (field: Field): Expression => ({ kind: 'column', id: columnId(field), type: field.type });

function literal(type: DataType, value: ColumnValue | null): Expression {
  const text = value === null || typeof value === 'boolean' ? value : valueToText(type, value);
  return { kind: 'literal', type, value: text };
}

const call = (name: string, ...parts: Expression[]): Expression => ({ kind: 'call', function: name, arguments: parts, type: BOOLEAN });

const leaf: fc.Arbitrary<Expression> = fc.constantFrom(...FIELDS).chain((field) => {
  const constant = nullable(field.type).map((value) => literal(field.type, value));
  const comparison = fc
    .tuple(fc.constantFrom('eq', 'ne', 'lt', 'le', 'gt', 'ge'), constant, fc.boolean())
    .map(([name, value, swapped]) => (swapped ? call(name, value, column(field)) : call(name, column(field), value)));
  const choices: fc.Arbitrary<Expression>[] = [
    comparison,
    comparison,
    fc.constantFrom(call('is_null', column(field)), call('is_not_null', column(field))),
    fc.array(constant, { minLength: 1, maxLength: 3 }).map((items) => ({ kind: 'in', argument: column(field), items, type: BOOLEAN })),
  ];
  if (field.type.kind === 'boolean') choices.push(fc.constant(column(field)));
  if (field.type.kind === 'varchar') {
    const pattern = fc.constantFrom('a%', 'ab_', '%b', 'é%', 'a', '\u{10ffff}%', 'xxxxxxxxxxxxxxxxxxxx%');
    choices.push(pattern.map((text) => call('like', column(field), literal(field.type, text))));
  }
  return fc.oneof(...choices);
});

/** Conditions over the columns. */
export const filterArbitrary: fc.Arbitrary<Expression> = fc.letrec<{ node: Expression }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).chain((parts) => fc.constantFrom(call('and', ...parts), call('or', ...parts))),
    tie('node').chain((part) => fc.constantFrom(call('not', part), call('is_not_true', part))),
  ),
})).node;
