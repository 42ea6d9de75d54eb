import { quoteName, quoteText } from '../../../runtime/duckdb/index.ts';
import type { DataType, ListType, MapType, StructType } from '../../../spi/index.ts';
import { convertScalarText } from './convert-scalar-text.ts';
import { acceptWhere, rejectValue } from './reject-value.ts';

/** Returns an SQL expression that turns the JSON expression into the type exactly or fails.
 *  Shape: numbers for numeric types, or strings that hold a number (64-bit integers and decimals lose digits as numbers in many programs);
 *  ISO 8601 strings for dates and times; base64 strings for binary; arrays for lists, objects for structs and maps. A varchar takes
 *  every value: what is not a string as its JSON text.
 *  Guarantees: NULL for NULL and the JSON value null only; a number with a fraction and more than 15 digits is no decimal, because it
 *  has lost digits already. */
export function convertJson(json: string, type: DataType): string {
  return convertAtDepth(json, type, 0);
}

function convertAtDepth(json: string, type: DataType, depth: number): string {
  switch (type.kind) {
    case 'list':
      return convertList(json, type, depth);
    case 'map':
      return convertMap(json, type, depth);
    case 'struct':
      return convertStruct(json, type, depth);
    case 'boolean':
      return acceptWhere(
        `CAST(${json} AS VARCHAR) IN ('true', 'false')`,
        `CAST(CAST(${json} AS VARCHAR) AS BOOLEAN)`,
        `CAST(${json} AS VARCHAR)`,
        type,
      );
    case 'varchar':
      return `(${json} ->> '$')`;
    case 'varbinary':
    case 'fixed':
      return acceptWhere(`starts_with(${json}, '"')`, convertScalarText(`(${json} ->> '$')`, type), `CAST(${json} AS VARCHAR)`, type);
    case 'decimal':
      return acceptWhere(
        `starts_with(${json}, '"') OR ${exactNumber(json)}`,
        convertScalarText(`(${json} ->> '$')`, type),
        `CAST(${json} AS VARCHAR)`,
        type,
      );
    default:
      return convertScalarText(`(${json} ->> '$')`, type);
  }
}

/** DuckDB keeps integers as they are written and reads other numbers as doubles, which are exact for at most 15 digits. */
function exactNumber(json: string): string {
  const text = `CAST(${json} AS VARCHAR)`;
  const digits = `ltrim(regexp_replace(${text}, '[eE].*|[^0-9]', '', 'g'), '0')`;
  return `NOT regexp_matches(${text}, '[.eE]') OR length(${digits}) <= 15`;
}

function convertList(json: string, type: ListType, depth: number): string {
  const element = `e${String(depth)}`;
  const value = requireValue(convertAtDepth(element, type.element, depth + 1), type.element, type.elementNullable);
  return `list_transform(CAST(${json} AS JSON[]), lambda ${element}: ${value})`;
}

function convertMap(json: string, type: MapType, depth: number): string {
  const entry = `e${String(depth)}`;
  const key = convertKey(`${entry}.key`, type.key, depth + 1);
  const value = requireValue(convertAtDepth(`${entry}.value`, type.value, depth + 1), type.value, type.valueNullable);
  const entries = `list_transform(map_entries(CAST(${json} AS MAP(VARCHAR, JSON))), lambda ${entry}: struct_pack(key := ${key}, value := ${value}))`;
  return `map_from_entries(${entries})`;
}

/** Keys are texts in JSON; one of a nested type holds the JSON of its value. */
function convertKey(text: string, type: DataType, depth: number): string {
  const isNested = type.kind === 'list' || type.kind === 'map' || type.kind === 'struct';
  return isNested ? convertAtDepth(`CAST(${text} AS JSON)`, type, depth) : convertScalarText(text, type);
}

function convertStruct(json: string, type: StructType, depth: number): string {
  const names = type.fields.map((field) => quoteText(field.name)).join(', ');
  const known = `json_type(${json}) = 'OBJECT' AND len(list_filter(json_keys(${json}), lambda k${String(depth)}: k${String(depth)} NOT IN (${names}))) = 0`;
  const fields = type.fields.map((field) => {
    const member = `nullif(${json} -> ${quoteText(jsonPointer(field.name))}, 'null')`;
    return `${quoteName(field.name)} := ${requireValue(convertAtDepth(member, field.type, depth), field.type, field.nullable)}`;
  });
  return acceptWhere(known, `struct_pack(${fields.join(', ')})`, `CAST(${json} AS VARCHAR)`, type);
}

function requireValue(value: string, type: DataType, nullable: boolean): string {
  return nullable ? value : `coalesce(${value}, ${rejectValue("'null'", type)})`;
}

/** @see RFC 6901, section 3 */
function jsonPointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
