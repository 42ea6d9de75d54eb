import { DataType, DateUnit, type Field, Precision, TimeUnit } from 'apache-arrow';
import { PlatformError } from '../../spi/index.ts';
import { describeType } from '../arrow/index.ts';
import { quoteName } from './quote-sql.ts';

/** How a column of an Arrow stream is told to DuckDB. */
export interface IngestType {
  /** Format string of the C data interface. */
  readonly format: string;
  /** The column's type in the table. */
  readonly sql: string;
  /** Set for uuid, whose format alone says bytes only. */
  readonly extension?: 'arrow.uuid';
  readonly children: readonly (IngestType & { readonly name: string })[];
}

const UNIT_LETTERS: Readonly<Record<number, readonly [string, string]>> = {
  [TimeUnit.SECOND]: ['s', 'TIMESTAMP_S'],
  [TimeUnit.MILLISECOND]: ['m', 'TIMESTAMP_MS'],
  [TimeUnit.MICROSECOND]: ['u', 'TIMESTAMP'],
  [TimeUnit.NANOSECOND]: ['n', 'TIMESTAMP_NS'],
};

const INTEGERS: Readonly<Record<string, readonly [string, string]>> = {
  Int8: ['c', 'TINYINT'],
  Uint8: ['C', 'UTINYINT'],
  Int16: ['s', 'SMALLINT'],
  Uint16: ['S', 'USMALLINT'],
  Int32: ['i', 'INTEGER'],
  Uint32: ['I', 'UINTEGER'],
  Int64: ['l', 'BIGINT'],
  Uint64: ['L', 'UBIGINT'],
};

function plain(format: string, sql: string): IngestType {
  return { format, sql, children: [] };
}

function temporal(type: DataType): IngestType | undefined {
  if (DataType.isDate(type) && type.unit === DateUnit.DAY) return plain('tdD', 'DATE');
  if (DataType.isTime(type) && type.unit === TimeUnit.MICROSECOND) return plain('ttu', 'TIME');
  if (DataType.isTimestamp(type)) {
    const [letter, sql] = UNIT_LETTERS[type.unit] ?? ['u', 'TIMESTAMP'];
    const zoned = typeof type.timezone === 'string' && type.timezone !== '';
    return zoned ? plain(`ts${letter}:UTC`, 'TIMESTAMP WITH TIME ZONE') : plain(`ts${letter}:`, sql);
  }
  return undefined;
}

function scalar(field: Field): IngestType | undefined {
  const type = field.type as DataType;
  if (DataType.isBool(type)) return plain('b', 'BOOLEAN');
  if (DataType.isInt(type)) {
    const [format, sql] = INTEGERS[`${type.isSigned ? 'Int' : 'Uint'}${String(type.bitWidth)}`] ?? ['l', 'BIGINT'];
    return plain(format, sql);
  }
  if (DataType.isFloat(type) && type.precision !== Precision.HALF)
    return type.precision === Precision.SINGLE ? plain('f', 'FLOAT') : plain('g', 'DOUBLE');
  if (
    DataType.isDecimal(type) &&
    type.bitWidth === 128 &&
    type.precision >= 1 &&
    type.precision <= 38 &&
    type.scale >= 0 &&
    type.scale <= type.precision
  ) {
    return plain(`d:${String(type.precision)},${String(type.scale)}`, `DECIMAL(${String(type.precision)},${String(type.scale)})`);
  }
  if (DataType.isUtf8(type)) return plain('u', 'VARCHAR');
  if (DataType.isLargeUtf8(type)) return plain('U', 'VARCHAR');
  if (DataType.isBinary(type)) return plain('z', 'BLOB');
  if (DataType.isLargeBinary(type)) return plain('Z', 'BLOB');
  if (DataType.isFixedSizeBinary(type) && type.byteWidth > 0) {
    const uuid = type.byteWidth === 16 && field.metadata.get('ARROW:extension:name') === 'arrow.uuid';
    return uuid ? { format: 'w:16', sql: 'UUID', extension: 'arrow.uuid', children: [] } : plain(`w:${String(type.byteWidth)}`, 'BLOB');
  }
  return temporal(type);
}

function distinctNames(fields: readonly { readonly name: string }[]): boolean {
  const names = new Set(fields.map((field) => field.name.toLowerCase()));
  return names.size === fields.length && !names.has('');
}

/** Returns how a column is told to DuckDB. Dictionaries must have been decoded.
 *  @throws STORAGE_UNSUPPORTED for a type that tables cannot take */
export function ingestType(field: Field): IngestType {
  const found = scalar(field);
  if (found !== undefined) return found;
  const type = field.type as DataType;
  if (field.name.includes('\0')) throw new PlatformError('STORAGE_FILE', 'the Arrow stream has a field without a usable name');
  const children = ((type as { readonly children?: readonly Field[] | null }).children ?? []).map((child) => ({
    ...ingestType(child),
    name: child.name,
  }));
  if (DataType.isStruct(type) && children.length > 0 && distinctNames(children)) {
    return { format: '+s', sql: `STRUCT(${children.map((child) => `${quoteName(child.name)} ${child.sql}`).join(', ')})`, children };
  }
  const [first, second] = children;
  if (DataType.isList(type) && first !== undefined && second === undefined) return { format: '+l', sql: `${first.sql}[]`, children };
  if (DataType.isMap(type) && first?.format === '+s' && second === undefined) {
    const [key, value, more] = first.children;
    if (key !== undefined && value !== undefined && more === undefined)
      return { format: '+m', sql: `MAP(${key.sql}, ${value.sql})`, children };
  }
  throw new PlatformError(
    'STORAGE_UNSUPPORTED',
    `column "${field.name}" has the Arrow type ${describeType(type)}, which tables cannot take`,
  );
}
