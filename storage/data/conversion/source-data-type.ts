import type { DataType, PrimitiveKind } from '../../../spi/index.ts';
import type { SourceType } from './source-type.ts';

const PRIMITIVES: Readonly<Record<string, PrimitiveKind>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'integer',
  SMALLINT: 'integer',
  INTEGER: 'integer',
  UTINYINT: 'integer',
  USMALLINT: 'integer',
  BIGINT: 'bigint',
  UINTEGER: 'bigint',
  FLOAT: 'real',
  DOUBLE: 'double',
  DATE: 'date',
  TIME: 'time',
  TIME_NS: 'time',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  VARCHAR: 'varchar',
  ENUM: 'varchar',
  JSON: 'varchar',
  NULL: 'varchar',
  BLOB: 'varbinary',
  UUID: 'uuid',
};

const DECIMAL_DIGITS: Readonly<Record<string, number>> = { UBIGINT: 20, HUGEINT: 38 };

/** Returns the smallest of our types that holds all values of a file's type, or null when none does.
 *  Guarantees: a HUGEINT is decimal(38,0), which its largest values do not fit. */
export function sourceDataType(type: SourceType): DataType | null {
  switch (type.kind) {
    case 'plain': {
      const digits = DECIMAL_DIGITS[type.name];
      if (digits !== undefined) return { kind: 'decimal', precision: digits, scale: 0 };
      const kind = PRIMITIVES[type.name];
      return kind === undefined ? null : { kind };
    }
    case 'decimal':
      return type;
    case 'list': {
      const element = sourceDataType(type.element);
      return element === null ? null : { kind: 'list', element, elementNullable: true };
    }
    case 'map': {
      const key = sourceDataType(type.key);
      const value = sourceDataType(type.value);
      return key === null || value === null ? null : { kind: 'map', key, value, valueNullable: true };
    }
    case 'struct': {
      const fields = type.fields.map((field) => ({ name: field.name, type: sourceDataType(field.type), nullable: true }));
      const known = fields.filter((field): field is typeof field & { type: DataType } => field.type !== null);
      return known.length === fields.length ? { kind: 'struct', fields: known } : null;
    }
  }
}
