import { PlatformError } from '../../../spi/index.ts';

/** A JSON value whose integers beyond 2^53 are bigint. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

const BIG = '\u0000big:';
const PLAIN = '\u0000str:';
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"(?:\s*:)?|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;

/** Parses JSON; integers that a double cannot hold become bigint.
 *  Long integers are put into tagged strings before `JSON.parse` reads them; genuine strings that look tagged are tagged themselves.
 *  @throws STORAGE_CORRUPT when the text is not JSON. */
export function parseLosslessJson(text: string, what: string): JsonValue {
  const tagged = text.replace(STRING_OR_LONG_INTEGER, (token) => {
    if (token.endsWith(':')) return token;
    if (!token.startsWith('"')) return `"\\u0000big:${token}"`;
    return token.startsWith('"\\u0000') ? `"\\u0000str:${token.slice(1)}` : token;
  });
  try {
    return JSON.parse(tagged, (_key, value: unknown) => untag(value)) as JsonValue;
  } catch (error) {
    throw new PlatformError('STORAGE_CORRUPT', `${what} is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}

function untag(value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith('\u0000')) return value;
  if (value.startsWith(PLAIN)) return value.slice(PLAIN.length);
  const number = Number(value.slice(BIG.length));
  return Number.isSafeInteger(number) ? number : BigInt(value.slice(BIG.length));
}

/** Prints JSON with bigint as plain integers, so that `parseLosslessJson` gives the same value back. */
export function printLosslessJson(value: JsonValue): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(printLosslessJson).join(',')}]`;
  return `{${Object.entries(value)
    .map(([key, part]) => `${JSON.stringify(key)}:${printLosslessJson(part)}`)
    .join(',')}}`;
}
