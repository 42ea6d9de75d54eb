import { quoteName, quoteText, typeSql } from '../../../runtime/duckdb/index.ts';
import type { DataType, DecimalType, ListType, MapType, StructType } from '../../../spi/index.ts';
import { acceptWhere, rejectValue } from './reject-value.ts';
import type { SourceType } from './source-type.ts';

const INTEGERS = new Set([
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'UHUGEINT',
]);
const FLOATS = new Set(['FLOAT', 'DOUBLE']);
const TEXTS = new Set(['VARCHAR', 'ENUM', 'JSON']);
const TIMESTAMPS = new Set(['TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS']);

/** Returns an SQL expression that turns a typed expression into the type exactly or fails, or null when the types do not go together.
 *  Only reals and doubles take numbers approximately. A column of type NULL goes with every type.
 *  Guarantees: NULL for NULL only. */
export function convertTyped(value: string, from: SourceType, to: DataType): string | null {
  return convertAtDepth(value, from, to, 0);
}

function convertAtDepth(value: string, from: SourceType, to: DataType, depth: number): string | null {
  if (from.kind === 'plain') return convertPlain(value, from.name, to);
  if (from.kind === 'decimal') return convertDecimal(value, from.scale, to);
  if (from.kind === 'list') return to.kind === 'list' ? convertList(value, from.element, to, depth) : null;
  if (from.kind === 'map') return to.kind === 'map' ? convertMap(value, from, to, depth) : null;
  return to.kind === 'struct' ? convertStruct(value, from, to, depth) : null;
}

function convertPlain(value: string, name: string, to: DataType): string | null {
  const cast = `CAST(${value} AS ${typeSql(to)})`;
  if (name === 'NULL') return cast;
  switch (to.kind) {
    case 'integer':
    case 'bigint':
    case 'decimal':
      return INTEGERS.has(name) ? cast : null;
    case 'real':
    case 'double':
      return INTEGERS.has(name) || FLOATS.has(name) ? cast : null;
    case 'time':
      if (name === 'TIME_NS') return acceptWhere(`epoch_ns(${value}) % 1000 = 0`, cast, `CAST(${value} AS VARCHAR)`, to);
      return name === 'TIME' ? cast : null;
    case 'timestamp':
      if (name === 'TIMESTAMP_NS') return acceptWhere(`epoch_ns(${value}) % 1000 = 0`, cast, `CAST(${value} AS VARCHAR)`, to);
      return TIMESTAMPS.has(name) || name === 'DATE' ? cast : null;
    case 'timestamp_ns':
      if (name === 'TIMESTAMP_NS') return value;
      return TIMESTAMPS.has(name) || name === 'DATE' ? cast : null;
    case 'varchar':
      if (name === 'BLOB') return `decode(${value})`;
      return TEXTS.has(name) ? cast : null;
    case 'uuid':
      return name === 'UUID' || TEXTS.has(name) ? cast : null;
    case 'fixed':
      if (name !== 'BLOB') return null;
      return acceptWhere(`octet_length(${value}) = ${String(to.lengthBytes)}`, value, `CAST(${value} AS VARCHAR)`, to);
    default:
      return name === typeSql(to) ? value : null;
  }
}

function convertDecimal(value: string, scale: number, to: DataType): string | null {
  const cast = `CAST(${value} AS ${typeSql(to)})`;
  if (to.kind === 'real' || to.kind === 'double') return cast;
  if (to.kind !== 'decimal') return null;
  return to.scale >= scale ? cast : narrowScale(value, cast, scale, to);
}

function narrowScale(value: string, cast: string, scale: number, to: DecimalType): string {
  const dropped = String(10n ** BigInt(scale - to.scale));
  const integral = `CAST(replace(CAST(${value} AS VARCHAR), '.', '') AS HUGEINT) % ${dropped} = 0`;
  return acceptWhere(integral, cast, `CAST(${value} AS VARCHAR)`, to);
}

function convertList(value: string, from: SourceType, to: ListType, depth: number): string | null {
  const element = `e${String(depth)}`;
  const converted = convertAtDepth(element, from, to.element, depth + 1);
  if (converted === null) return null;
  return `list_transform(${value}, lambda ${element}: ${requireValue(converted, to.element, to.elementNullable)})`;
}

function convertMap(value: string, from: SourceType & { kind: 'map' }, to: MapType, depth: number): string | null {
  const entry = `e${String(depth)}`;
  const key = convertAtDepth(`${entry}.key`, from.key, to.key, depth + 1);
  const mapped = convertAtDepth(`${entry}.value`, from.value, to.value, depth + 1);
  if (key === null || mapped === null) return null;
  const pair = `struct_pack(key := ${key}, value := ${requireValue(mapped, to.value, to.valueNullable)})`;
  return `map_from_entries(list_transform(map_entries(${value}), lambda ${entry}: ${pair}))`;
}

function convertStruct(value: string, from: SourceType & { kind: 'struct' }, to: StructType, depth: number): string | null {
  if (from.fields.some((field) => !to.fields.some((wanted) => sameName(wanted.name, field.name)))) return null;
  const fields: string[] = [];
  for (const wanted of to.fields) {
    const field = from.fields.find((candidate) => sameName(candidate.name, wanted.name));
    const member = field === undefined ? 'NULL' : `struct_extract(${value}, ${quoteText(field.name)})`;
    const converted = convertAtDepth(member, field?.type ?? { kind: 'plain', name: 'NULL' }, wanted.type, depth);
    if (converted === null) return null;
    fields.push(`${quoteName(wanted.name)} := ${requireValue(converted, wanted.type, wanted.nullable)}`);
  }
  return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`;
}

function requireValue(value: string, type: DataType, nullable: boolean): string {
  return nullable ? value : `coalesce(${value}, ${rejectValue("'null'", type)})`;
}

function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
