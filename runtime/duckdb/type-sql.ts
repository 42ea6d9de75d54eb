import { type DataType, PlatformError } from '../../spi/index.ts';
import { quoteName } from './quote-sql.ts';

const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamp_ns: 'TIMESTAMP_NS',
  timestamptz: 'TIMESTAMP WITH TIME ZONE',
  interval: 'INTERVAL',
  varchar: 'VARCHAR',
  varbinary: 'BLOB',
  uuid: 'UUID',
};

/** Returns DuckDB's name of a type. Byte strings of fixed length are BLOBs there.
 *  @throws ENGINE_UNSUPPORTED for the type of a bare NULL */
export function typeSql(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${String(type.precision)},${String(type.scale)})`;
    case 'fixed':
      return 'BLOB';
    case 'list':
      return `${typeSql(type.element)}[]`;
    case 'map':
      return `MAP(${typeSql(type.key)}, ${typeSql(type.value)})`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${quoteName(field.name)} ${typeSql(field.type)}`).join(', ')})`;
    default: {
      const name = PRIMITIVES[type.kind];
      if (name === undefined) throw new PlatformError('ENGINE_UNSUPPORTED', `DuckDB has no columns of type ${type.kind}`);
      return name;
    }
  }
}
