import { PlatformError } from '../../../spi/index.ts';

/** A JSON value whose integers beyond 2^53 are bigint. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

const BIG = '\u0000big:';
const PLAIN = '\u0000str:';
/** Units: characters of the longest text that is kept for an object. */
const MEMO_LENGTH_MAX = 10_000;

const LONG_INTEGER_IN_PLACE = /([:[,]\s*)(-?\d{16,})(?=\s*[,\]}])/g;
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"(?:\s*:)?|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;

/** Parses JSON; integers that a double cannot hold become bigint.
 *  Long integers are put into tagged strings before `JSON.parse` reads them; genuine strings that look tagged are tagged themselves.
 *  @throws STORAGE_CORRUPT when the text is not JSON. */
export function parseLosslessJson(text: string, what: string): JsonValue {
  try {
    return untag(parseQuickly(text) ?? (JSON.parse(tagCarefully(text)) as JsonValue));
  } catch (error) {
    throw new PlatformError('STORAGE_CORRUPT', `${what} is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}

/** Tags without looking where strings begin and end; null when that might not do. A number tagged inside a string cannot go unseen: the tag's
 *  quote ends the string, and the backslash after it is no JSON. */
function parseQuickly(text: string): JsonValue | null {
  if (!/^\s*[[{]/.test(text) || text.includes('"\\u0000')) return null;
  try {
    return JSON.parse(text.replace(LONG_INTEGER_IN_PLACE, '$1"\\u0000big:$2"')) as JsonValue;
  } catch {
    // The careful way finds out whether the text is at fault.
    return null;
  }
}

function tagCarefully(text: string): string {
  return text.replace(STRING_OR_LONG_INTEGER, (token) => {
    if (token.endsWith(':')) return token;
    if (!token.startsWith('"')) return `"\\u0000big:${token}"`;
    return token.startsWith('"\\u0000') ? `"\\u0000str:${token.slice(1)}` : token;
  });
}

/** Replaces the tagged strings of a value that nobody else has yet, in place: a reviver would take five times as long. */
function untag(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.startsWith('\u0000') ? untagString(value) : value;
  if (value === null || typeof value !== 'object') return value;
  const parts = value as Record<string, JsonValue>;
  for (const key of Object.keys(parts)) {
    const part = parts[key];
    if (typeof part !== 'string' && typeof part !== 'object') continue;
    const untagged = untag(part);
    if (untagged !== part) parts[key] = untagged;
  }
  return value;
}

function untagString(value: string): JsonValue {
  if (value.startsWith(PLAIN)) return value.slice(PLAIN.length);
  const number = Number(value.slice(BIG.length));
  return Number.isSafeInteger(number) ? number : BigInt(value.slice(BIG.length));
}

/** Texts of objects that were printed before: a table's metadata differs from the one before it in a few parts only. */
const printed = new WeakMap<JsonObject, string>();

/** Prints JSON with bigint as plain integers, so that `parseLosslessJson` gives the same value back. The value must not change afterwards. */
export function printLosslessJson(value: JsonValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(printLosslessJson).join(',')}]`;
  const object = value as JsonObject;
  const known = printed.get(object);
  if (known !== undefined) return known;
  const parts = Object.entries(object).map(([key, part]) => `${JSON.stringify(key)}:${printLosslessJson(part)}`);
  const text = `{${parts.join(',')}}`;
  if (text.length <= MEMO_LENGTH_MAX) printed.set(object, text);
  return text;
}
