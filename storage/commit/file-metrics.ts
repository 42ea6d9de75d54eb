import { type ColumnStatistics, type Field, isLineageColumn } from '../../spi/index.ts';
import type { FileMetrics } from '../iceberg/manifest/manifest-entry.ts';
import { fieldTypes } from '../iceberg/type/field-types.ts';
import { truncateLower, truncateUpper } from '../iceberg/value/truncate-bound.ts';
import { valueToBytes } from '../iceberg/value/value-bytes.ts';
import { textToValue } from '../iceberg/value/value-text.ts';

/** Returns the metrics of a manifest entry. A bound that cannot be understood is left out, which readers take as unknown. */
export function fileMetrics(fields: readonly Field[], written: readonly ColumnStatistics[], splitOffsets: readonly number[]): FileMetrics {
  const types = fieldTypes(fields);
  const columns = written.filter((column) => !isLineageColumn(column));
  const lowerBounds = new Map<number, Uint8Array>();
  const upperBounds = new Map<number, Uint8Array>();
  for (const { fieldId, lowerBound, upperBound } of columns) {
    const type = types.get(fieldId);
    if (type === undefined) continue;
    const lower = lowerBound === undefined ? null : textToValue(type, lowerBound);
    const upper = upperBound === undefined ? null : textToValue(type, upperBound);
    const roundedUp = upper === null ? null : truncateUpper(upper);
    if (lower !== null) lowerBounds.set(fieldId, valueToBytes(type, truncateLower(lower)));
    if (roundedUp !== null) upperBounds.set(fieldId, valueToBytes(type, roundedUp));
  }
  return {
    columnBytes: countsOf(columns, (column) => column.sizeBytes),
    valueCounts: countsOf(columns, (column) => column.valueCount),
    nullCounts: countsOf(columns, (column) => column.nullCount),
    nanCounts: countsOf(columns, (column) => column.nanCount),
    lowerBounds,
    upperBounds,
    splitOffsets,
  };
}

function countsOf(columns: readonly ColumnStatistics[], pick: (column: ColumnStatistics) => number | undefined): Map<number, number> {
  const counts = new Map<number, number>();
  for (const column of columns) {
    const count = pick(column);
    if (count !== undefined) counts.set(column.fieldId, count);
  }
  return counts;
}
