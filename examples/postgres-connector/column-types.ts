import type { DataType } from '../../spi/index.ts';

/** The parts of `format_type`, such as `numeric` and `10,2`. */
const NUMERIC = /^numeric\((\d+),(-?\d+)\)$/;

const TYPES: Readonly<Record<string, DataType['kind']>> = {
  boolean: 'boolean',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'bigint',
  real: 'real',
  'double precision': 'double',
  date: 'date',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  text: 'varchar',
  name: 'varchar',
  json: 'varchar',
  jsonb: 'varchar',
  bytea: 'varbinary',
  uuid: 'uuid',
};

/** Returns the type in which values of a PostgreSQL type are read; null where none holds them all: numbers without a precision, arrays, intervals. */
export function columnType(name: string): DataType | null {
  const [, precision, scale] = NUMERIC.exec(name) ?? [];
  if (precision !== undefined) {
    const [digits, decimals] = [Number(precision), Number(scale)];
    return digits <= 38 && decimals >= 0 && decimals <= digits ? { kind: 'decimal', precision: digits, scale: decimals } : null;
  }
  if (/^(character varying|character)(\(\d+\))?$/.test(name)) return { kind: 'varchar' };
  const kind = TYPES[name.replace(/\(\d\)/, '')];
  return kind === undefined ? null : ({ kind } as DataType);
}

/** Returns a name as SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Returns a text as SQL. */
export function quoteText(text: string): string {
  return text.includes('\\') ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`;
}

/** Returns the type that values have on their way: each has one binary form that is decoded. */
export function wireType(type: DataType): string | null {
  switch (type.kind) {
    case 'boolean':
      return 'bool';
    case 'integer':
      return 'int4';
    case 'bigint':
      return 'int8';
    case 'real':
      return 'float4';
    case 'double':
      return 'float8';
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return type.kind;
    case 'decimal':
      return `numeric(${String(type.precision)},${String(type.scale)})`;
    case 'varbinary':
      return 'bytea';
    case 'varchar':
    case 'uuid':
      return 'text';
    default:
      return null;
  }
}
