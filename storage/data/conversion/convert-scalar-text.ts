import { quoteText, typeSql } from '../../../runtime/duckdb/index.ts';
import { type DataType, type DecimalType, type ListType, type MapType, type StructType, unreachable } from '../../../spi/index.ts';
import { acceptWhere } from './reject-value.ts';
import { TEXT_PATTERNS } from './text-patterns.ts';

/** Forms of dates and timestamps other than ISO 8601, in the notation of `strptime`. */
export interface TemporalFormats {
  readonly date?: string | undefined;
  readonly timestamp?: string | undefined;
}

/** Types whose values are written without brackets. */
export type ScalarType = Exclude<DataType, ListType | MapType | StructType>;

/** As `convertText` for the types without parts. */
export function convertScalarText(text: string, type: ScalarType, formats: TemporalFormats = {}): string {
  const cast = `CAST(${text} AS ${typeSql(type)})`;
  const matching = (pattern: string, value = cast): string => acceptWhere(fullMatch(text, pattern), value, text, type);
  switch (type.kind) {
    case 'varchar':
      return text;
    case 'boolean':
      return acceptWhere(`lower(${text}) IN ('true', 'false', 't', 'f', '1', '0')`, cast, text, type);
    case 'integer':
    case 'bigint':
      return matching(TEXT_PATTERNS.integer);
    case 'real':
    case 'double':
      return acceptWhere(
        `(${fullMatch(text, TEXT_PATTERNS.number)} AND isfinite(${cast})) OR ${fullMatch(text, TEXT_PATTERNS.notFinite)}`,
        cast,
        text,
        type,
      );
    case 'decimal':
      return convertDecimalText(text, type, cast);
    case 'date':
      return formats.date === undefined ? matching(TEXT_PATTERNS.date) : `CAST(strptime(${text}, ${quoteText(formats.date)}) AS DATE)`;
    case 'time':
      return matching(TEXT_PATTERNS.time);
    case 'timestamp':
      if (formats.timestamp !== undefined) return `CAST(strptime(${text}, ${quoteText(formats.timestamp)}) AS TIMESTAMP)`;
      return matching(TEXT_PATTERNS.timestamp);
    case 'timestamp_ns':
      if (formats.timestamp !== undefined) return `CAST(strptime(${text}, ${quoteText(formats.timestamp)}) AS TIMESTAMP_NS)`;
      return matching(TEXT_PATTERNS.timestampNs);
    case 'timestamptz':
      if (formats.timestamp !== undefined) return `CAST(strptime(${text}, ${quoteText(formats.timestamp)}) AS TIMESTAMP WITH TIME ZONE)`;
      return matching(TEXT_PATTERNS.timestamptz);
    case 'uuid':
      return matching(TEXT_PATTERNS.uuid);
    case 'varbinary':
      return matching(TEXT_PATTERNS.base64, `from_base64(${text})`);
    case 'fixed':
      return acceptWhere(
        `${fullMatch(text, TEXT_PATTERNS.base64)} AND octet_length(from_base64(${text})) = ${String(type.lengthBytes)}`,
        `from_base64(${text})`,
        text,
        type,
      );
    case 'null':
    case 'interval':
      return cast;
    default:
      return unreachable(type, 'type');
  }
}

/** Digits beyond the scale must be zeros. Exponents come from JSON numbers, which carry at most 15 significant digits. */
function convertDecimalText(text: string, type: DecimalType, cast: string): string {
  const scale = String(type.scale);
  const fraction = type.scale === 0 ? '(\\.0*)?' : `(\\.[0-9]{0,${scale}}0*)?`;
  const onlyFraction = type.scale === 0 ? '' : `|\\.[0-9]{1,${scale}}0*`;
  const plain = fullMatch(text, `[+-]?([0-9]+${fraction}${onlyFraction})`);
  const exponent = `${fullMatch(text, TEXT_PATTERNS.number)} AND CAST(${cast} AS DOUBLE) = CAST(${text} AS DOUBLE)`;
  return acceptWhere(`CASE WHEN ${plain} THEN true ELSE ${exponent} END`, cast, text, type);
}

/** Returns an SQL condition: the whole text matches. */
export function fullMatch(text: string, pattern: string): string {
  return `regexp_full_match(${text}, ${quoteText(pattern)})`;
}
