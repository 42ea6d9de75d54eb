import type { DataType } from '../../../spi/index.ts';
import { type ColumnValue, compareValues } from '../value/column-value.ts';
import { valueToBytes } from '../value/value-bytes.ts';
import type { PartitionSummary } from './manifest-file.ts';
import type { PartitionValues } from './partition-avro.ts';

/** Returns what a manifest list says about the partition tuples of a manifest, one summary per field. */
export function summarisePartitions(types: readonly DataType[], tuples: readonly PartitionValues[]): readonly PartitionSummary[] {
  return types.map((type, index) => {
    let lower: ColumnValue | null = null;
    let upper: ColumnValue | null = null;
    let containsNull = false;
    let containsNan = false;
    for (const tuple of tuples) {
      const value = tuple[index] ?? null;
      if (value === null) containsNull = true;
      else if (Number.isNaN(value)) containsNan = true;
      else {
        if (lower === null || compareValues(value, lower) < 0) lower = value;
        if (upper === null || compareValues(value, upper) > 0) upper = value;
      }
    }
    return {
      containsNull,
      containsNan,
      lower: lower === null ? null : valueToBytes(type, lower),
      upper: upper === null ? null : valueToBytes(type, upper),
    };
  });
}
