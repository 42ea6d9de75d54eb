import type { DataType, PartitionField, PartitionSpec } from '../../spi/index.ts';
import { partitionTypes, type PartitionValues } from '../iceberg/manifest/partition-avro.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { floorDivide } from '../iceberg/value/calendar.ts';
import type { ColumnValue } from '../iceberg/value/column-value.ts';
import { valueToText } from '../iceberg/value/value-text.ts';

const EPOCH_YEAR = 1970;
const MONTHS_PER_YEAR = 12n;
const HOURS_PER_DAY = 24n;

/** Returns a function that shows partition tuples of a spec as JSON objects by the names of its fields.
 *  @see Iceberg's human strings of transforms: `2024`, `2024-03`, `2024-03-01`, `2024-03-01-05` */
export function partitionPrinter(table: TableMetadata, spec: PartitionSpec): (tuple: PartitionValues) => string {
  const fields = [...table.schemas.values()].flatMap((schema) => schema.fields);
  const types = partitionTypes(spec, [...table.schema.fields, ...fields]);
  return (tuple) =>
    JSON.stringify(
      Object.fromEntries(
        spec.fields.map((field, index) => [field.name, valueText(field, types[index] ?? { kind: 'null' }, tuple[index] ?? null)]),
      ),
    );
}

/** Returns the text of a partition value, or of a bound of such values. */
export function valueText({ transform }: PartitionField, type: DataType, value: ColumnValue | null): string | null {
  if (value === null || typeof value !== 'bigint') return value === null ? null : valueToText(type, value);
  switch (transform.kind) {
    case 'year':
      return String(BigInt(EPOCH_YEAR) + value);
    case 'month':
      return `${String(BigInt(EPOCH_YEAR) + floorDivide(value, MONTHS_PER_YEAR))}-${pad(value - floorDivide(value, MONTHS_PER_YEAR) * MONTHS_PER_YEAR + 1n)}`;
    case 'day':
      return valueToText({ kind: 'date' }, value);
    case 'hour': {
      const day = floorDivide(value, HOURS_PER_DAY);
      return `${valueToText({ kind: 'date' }, day)}-${pad(value - day * HOURS_PER_DAY)}`;
    }
    default:
      return valueToText(type, value);
  }
}

const pad = (value: bigint): string => value.toString().padStart(2, '0');
