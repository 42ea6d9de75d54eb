import { type DataType, nearestName, type PrimitiveKind } from '../../spi/index.ts';
import type { NamedType, TypeName } from '../ast/index.ts';
import { bindError, didYouMean, type Located, unsupported } from './bind-error.ts';

const SIMPLE_TYPES: Readonly<Record<string, PrimitiveKind>> = {
  BOOLEAN: 'boolean',
  BOOL: 'boolean',
  TINYINT: 'integer',
  SMALLINT: 'integer',
  INT: 'integer',
  INT4: 'integer',
  INT2: 'integer',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  INT8: 'bigint',
  LONG: 'bigint',
  REAL: 'real',
  FLOAT4: 'real',
  FLOAT: 'real',
  DOUBLE: 'double',
  'DOUBLE PRECISION': 'double',
  FLOAT8: 'double',
  DATE: 'date',
  TIME: 'time',
  'TIME WITHOUT TIME ZONE': 'time',
  TIMESTAMP: 'timestamp',
  DATETIME: 'timestamp',
  'TIMESTAMP WITHOUT TIME ZONE': 'timestamp',
  TIMESTAMP_NS: 'timestamp_ns',
  TIMESTAMPTZ: 'timestamptz',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  TIMESTAMP_LTZ: 'timestamptz',
  'TIMESTAMP WITH LOCAL TIME ZONE': 'timestamptz',
  INTERVAL: 'interval',
  VARCHAR: 'varchar',
  CHAR: 'varchar',
  CHARACTER: 'varchar',
  BPCHAR: 'varchar',
  'CHARACTER VARYING': 'varchar',
  NVARCHAR: 'varchar',
  TEXT: 'varchar',
  STRING: 'varchar',
  JSON: 'varchar',
  VARBINARY: 'varbinary',
  BINARY: 'varbinary',
  'BINARY VARYING': 'varbinary',
  BLOB: 'varbinary',
  BYTEA: 'varbinary',
  BYTES: 'varbinary',
  UUID: 'uuid',
};
const DECIMAL_NAMES: ReadonlySet<string> = new Set(['DECIMAL', 'NUMERIC', 'DEC']);
const DECIMAL_DEFAULT = { precision: 18, scale: 3 } as const;
const FRACTION_DIGITS_MAX = 6;
const NANOSECOND_DIGITS = 9;

/** Returns the data type that a name stands for. Lengths of texts are read and left out of account.
 *  @throws SQL_UNKNOWN_TYPE, SQL_UNSUPPORTED */
export function bindType(place: Located, name: TypeName): DataType {
  switch (name.kind) {
    case 'named-type':
      return bindNamedType(place, name);
    case 'list-type':
      if (name.size !== null) throw unsupported(place, 'an array type of fixed size', name.span, 'Leave out the size.');
      return { kind: 'list', element: bindType(place, name.element), elementNullable: true };
    case 'map-type':
      return { kind: 'map', key: bindType(place, name.key), value: bindType(place, name.value), valueNullable: true };
    case 'struct-type':
      return {
        kind: 'struct',
        fields: name.fields.map((field) => ({ name: field.name.name, type: bindType(place, field.dataType), nullable: true })),
      };
  }
}

function bindNamedType(place: Located, type: NamedType): DataType {
  if (DECIMAL_NAMES.has(type.name)) return bindDecimal(place, type);
  if (type.name === 'FLOAT' && (type.parameters[0] ?? 0) > 24) return { kind: 'double' };
  const kind = Object.hasOwn(SIMPLE_TYPES, type.name) ? SIMPLE_TYPES[type.name] : undefined;
  if (kind === undefined) {
    const nearest = nearestName(type.name, [...Object.keys(SIMPLE_TYPES), ...DECIMAL_NAMES]);
    throw bindError(place, 'SQL_UNKNOWN_TYPE', `no data type of the name ${type.name}`, type.span, { hint: didYouMean(nearest) });
  }
  const digits = type.parameters[0] ?? 0;
  if (kind === 'timestamp' && digits > FRACTION_DIGITS_MAX && digits <= NANOSECOND_DIGITS) return { kind: 'timestamp_ns' };
  if ((kind === 'timestamp' || kind === 'timestamptz' || kind === 'time') && digits > FRACTION_DIGITS_MAX) {
    const most = kind === 'timestamp' ? NANOSECOND_DIGITS : FRACTION_DIGITS_MAX;
    throw unsupported(place, `${kind} with a fraction of more than ${String(most)} digits`, type.span);
  }
  return { kind };
}

function bindDecimal(place: Located, type: NamedType): DataType {
  const [precision, scale] = type.parameters;
  if (precision === undefined) return { kind: 'decimal', ...DECIMAL_DEFAULT };
  const decimal = { kind: 'decimal', precision, scale: scale ?? 0 } as const;
  if (precision < 1 || precision > 38 || decimal.scale > precision) {
    const message = `decimal(${String(precision)},${String(decimal.scale)}) is not a type: the precision is 1 to 38, the scale at most the precision`;
    throw bindError(place, 'SQL_UNKNOWN_TYPE', message, type.span);
  }
  return decimal;
}
