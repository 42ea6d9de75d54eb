import type { Field, PartitionField, PartitionSpec } from '../../spi/index.ts';
import type { FileMetrics, ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { PartitionSummary } from '../iceberg/manifest/manifest-file.ts';
import { transformResultType } from '../iceberg/transform/apply-transform.ts';
import { invertTransform } from '../iceberg/transform/invert-transform.ts';
import type { ColumnValue } from '../iceberg/value/column-value.ts';
import { bytesToValue } from '../iceberg/value/value-bytes.ts';
import { type ColumnFacts, narrow, unknownFacts } from './column-facts.ts';
import type { FilterColumns } from './filter-columns.ts';

/** What is known about each column of a filter, by column id. */
export type FactsOf = ReadonlyMap<number, ColumnFacts>;

/** Returns what the partition summaries of a manifest tell about the rows of all its files. */
export function manifestFacts(columns: FilterColumns, spec: PartitionSpec, summaries: readonly PartitionSummary[]): FactsOf {
  return gather(columns, (field) => {
    let facts = unknownFacts(field.type);
    spec.fields.forEach((part, index) => {
      const summary = summaries[index];
      if (tellsOf(part, field) && summary !== undefined) facts = narrowBySummary(facts, part, field, summary);
    });
    return facts;
  });
}

/** Returns what a file's partition tuple and column metrics tell about its rows. */
export function fileFacts(columns: FilterColumns, spec: PartitionSpec, entry: ManifestEntry): FactsOf {
  return gather(columns, (field) => {
    let facts = metricFacts(field, entry.metrics);
    spec.fields.forEach((part, index) => {
      if (tellsOf(part, field)) facts = narrowByPartition(facts, part, field, entry.partition[index] ?? null);
    });
    return facts;
  });
}

/** A void field is NULL whatever the column holds. */
function tellsOf(part: PartitionField, field: Field): boolean {
  return part.sourceId === field.id && part.transform.kind !== 'void';
}

function gather(columns: FilterColumns, factsOf: (field: Field) => ColumnFacts): FactsOf {
  return new Map([...columns].map(([id, field]) => [id, factsOf(field)]));
}

function metricFacts(field: Field, metrics: FileMetrics): ColumnFacts {
  const facts = unknownFacts(field.type);
  const nulls = metrics.nullCounts.get(field.id);
  const values = metrics.valueCounts.get(field.id);
  const lower = metrics.lowerBounds.get(field.id);
  const upper = metrics.upperBounds.get(field.id);
  const bounded = narrow(
    facts,
    lower === undefined ? null : bytesToValue(field.type, lower),
    upper === undefined ? null : bytesToValue(field.type, upper),
  );
  return {
    ...bounded,
    mayBeNull: nulls !== 0,
    mayBeValue: nulls === undefined || values === undefined || nulls < values,
    mayBeNan: facts.mayBeNan && metrics.nanCounts.get(field.id) !== 0,
  };
}

function narrowByPartition(facts: ColumnFacts, part: PartitionField, field: Field, value: ColumnValue | null): ColumnFacts {
  if (value === null) return { ...facts, mayBeNull: true, mayBeValue: false, mayBeNan: false };
  const valued = { ...facts, mayBeNull: false };
  if (Number.isNaN(value)) return valued;
  const exact = part.transform.kind === 'identity' ? { ...valued, mayBeNan: false } : valued;
  return narrowByRange(exact, part, field, value, value);
}

function narrowBySummary(facts: ColumnFacts, part: PartitionField, field: Field, summary: PartitionSummary): ColumnFacts {
  const type = transformResultType(part.transform, field.type);
  const lower = summary.lower === null ? null : bytesToValue(type, summary.lower);
  const upper = summary.upper === null ? null : bytesToValue(type, summary.upper);
  const mayBeNan = facts.mayBeNan && summary.containsNan !== false;
  const valued = { ...facts, mayBeNull: facts.mayBeNull && summary.containsNull, mayBeNan };
  if (summary.lower === null && summary.upper === null) {
    return { ...valued, mayBeValue: facts.mayBeValue && (mayBeNan || !summary.containsNull) };
  }
  return narrowByRange(valued, part, field, lower, upper);
}

function narrowByRange(
  facts: ColumnFacts,
  part: PartitionField,
  field: Field,
  lower: ColumnValue | null,
  upper: ColumnValue | null,
): ColumnFacts {
  const { transform } = part;
  if (transform.kind === 'bucket') {
    if (typeof lower !== 'bigint' || typeof upper !== 'bigint') return facts;
    return { ...facts, buckets: [...facts.buckets, { count: transform.buckets, lower, upper }] };
  }
  const from = lower === null ? null : invertTransform(transform, field.type, lower);
  const to = upper === null ? null : invertTransform(transform, field.type, upper);
  return narrow(facts, from?.lower ?? null, to?.upper ?? null);
}
