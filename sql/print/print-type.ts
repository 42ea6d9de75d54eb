import type { DataType } from '../../spi/index.ts';
import { quoteName } from './quote.ts';

/** Returns DuckDB's name of a type. The type of a bare NULL has none that a cast takes: it is printed as INTEGER, which DuckDB gives it too. */
export function printType(type: DataType): string {
  switch (type.kind) {
    case 'null':
      return 'INTEGER';
    case 'real':
      return 'FLOAT';
    case 'varbinary':
    case 'fixed':
      return 'BLOB';
    case 'decimal':
      return `DECIMAL(${String(type.precision)}, ${String(type.scale)})`;
    case 'list':
      return `${printType(type.element)}[]`;
    case 'map':
      return `MAP(${printType(type.key)}, ${printType(type.value)})`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${quoteName(field.name)} ${printType(field.type)}`).join(', ')})`;
    default:
      return type.kind.toUpperCase();
  }
}
