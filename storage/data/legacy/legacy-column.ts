import type { SchemaElement } from 'hyparquet';
import type { DataType } from '../../../spi/index.ts';

/** A column that parquetjs-lite reads as it was written. */
export interface LegacyColumn {
  readonly name: string;
  readonly optional: boolean;
  readonly type: LegacyType;
}

/** A type that both sides understand alike. `timestamp-ms` is stored in milliseconds, the others in their own unit. */
export interface LegacyType {
  readonly physical: 'BOOLEAN' | 'INT32' | 'INT64' | 'FLOAT' | 'DOUBLE' | 'BYTE_ARRAY';
  readonly dataType: DataType;
  /** Units: microseconds of one stored unit, 1 for all but timestamps in milliseconds. */
  readonly microsPerUnit: 1 | 1000;
}

const PLAIN: Readonly<Record<string, DataType['kind']>> = {
  BOOLEAN: 'boolean',
  INT32: 'integer',
  INT64: 'bigint',
  FLOAT: 'real',
  DOUBLE: 'double',
  BYTE_ARRAY: 'varbinary',
  'INT32 INT_8': 'integer',
  'INT32 INT_16': 'integer',
  'INT32 INT_32': 'integer',
  'INT32 UINT_8': 'integer',
  'INT32 UINT_16': 'integer',
  'INT64 INT_64': 'bigint',
  'INT32 DATE': 'date',
  'BYTE_ARRAY UTF8': 'varchar',
  'BYTE_ARRAY ENUM': 'varchar',
  'INT64 TIMESTAMP_MILLIS': 'timestamp',
  'INT64 TIMESTAMP_MICROS': 'timestamp',
};

/** Logical types that say the same as a converted type; parquetjs-lite knows converted types only. */
const LOGICAL = new Set(['STRING', 'ENUM', 'DATE', 'INTEGER', 'TIMESTAMP']);

/** Returns the type of a column, null when the library would take its values for others. */
export function legacyType(element: SchemaElement): LegacyType | null {
  const { type, converted_type: converted, logical_type: logical } = element;
  const kind = PLAIN[converted === undefined ? String(type) : `${String(type)} ${converted}`];
  if (kind === undefined || type === undefined) return null;
  if (logical !== undefined && (converted === undefined || !LOGICAL.has(logical.type))) return null;
  const zoned = logical?.type === 'TIMESTAMP' && logical.isAdjustedToUTC;
  return {
    physical: type as LegacyType['physical'],
    dataType: { kind: zoned ? 'timestamptz' : kind } as DataType,
    microsPerUnit: converted === 'TIMESTAMP_MILLIS' ? 1000 : 1,
  };
}

/** Says what is wrong with a column's name, null when nothing is: the library keeps columns as properties of plain objects, which have
 *  numbers first and `__proto__` not at all, and joins the parts of paths with commas. */
export function nameProblem(name: string): string | null {
  if (name === '' || name === '__proto__') return 'cannot be the name of a column';
  if (name.includes(',')) return 'has a comma';
  return /^(0|[1-9]\d*)$/.test(name) ? 'is a number' : null;
}
