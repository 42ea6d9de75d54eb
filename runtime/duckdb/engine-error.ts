import { type ErrorCode, PlatformError } from '../../spi/index.ts';
import { nativeLibrary, type Pointer, pointerCell } from './native-library.ts';

/** `duckdb_error_type` of the C interface, as far as it decides a code: the others are mistakes in SQL that this platform printed. */
const CODE_BY_TYPE: Readonly<Record<number, ErrorCode>> = {
  1: 'SQL_OVERFLOW',
  2: 'SQL_INVALID_VALUE',
  4: 'SQL_INVALID_VALUE',
  5: 'SQL_INVALID_VALUE',
  6: 'SQL_DIVISION_BY_ZERO',
  7: 'SQL_OVERFLOW',
  9: 'STORAGE_CORRUPT',
  11: 'ENGINE_UNSUPPORTED',
  18: 'SQL_EVALUATION',
  28: 'STORAGE_IO',
  29: 'ENGINE_CANCELLED',
  32: 'SQL_EVALUATION',
  33: 'RESOURCE_MEMORY',
  34: 'STORAGE_IO',
};

/** What a message says more exactly than the type does; the first that fits wins. */
const CODE_BY_MESSAGE: readonly (readonly [RegExp, ErrorCode])[] = [
  [/no space left on device|disk quota exceeded|max_temp_directory_size/i, 'RESOURCE_DISK'],
  [/more than one row returned by a subquery/i, 'SQL_SUBQUERY_ROWS'],
  // Hadoop's LZ4 frames and LZO, which others write.
  [/unsupported compression codec/i, 'STORAGE_UNSUPPORTED'],
  [
    /no magic bytes|corrupt|truncated|invalid.*parquet|parquet.*invalid|TProtocolException|ZSTD Decompression failure|snappy/i,
    'STORAGE_CORRUPT',
  ],
  [/division by zero/i, 'SQL_DIVISION_BY_ZERO'],
  [
    /out of range for the destination type|could not cast value \S+ to decimal|casting value .* failed: value is out of range/i,
    'SQL_OVERFLOW',
  ],
];

/** Types whose messages can be about a file's content rather than an expression. */
const FILE_TYPES = new Set([0, 1, 2, 9, 28, 32]);

/** The message of an error that DuckDB tells as a JSON object: its Arrow functions do. */
function unwrapMessage(message: string): string {
  if (!message.startsWith('{"exception_type"')) return message;
  try {
    const { exception_message: inner } = JSON.parse(message) as { readonly exception_message?: unknown };
    return typeof inner === 'string' ? inner : message;
  } catch {
    return message;
  }
}

/** The first line without the name of the type: the lines after it quote the engine's SQL or advise on its settings. */
function readableMessage(message: string): string {
  const [line = ''] = unwrapMessage(message).split('\n', 1);
  return line.replace(/^[A-Z][A-Za-z ]*Error: /, '').trim();
}

/** Returns the coded form of an error of DuckDB.
 *  Shape: `details.engineType` keeps DuckDB's own type number. Callers that read a user's file map STORAGE_CORRUPT to STORAGE_FILE. */
export function engineError(type: number, message: string): PlatformError {
  const specific = CODE_BY_MESSAGE.find(([pattern, code]) => pattern.test(message) && (code !== 'STORAGE_CORRUPT' || FILE_TYPES.has(type)));
  const code = type === 33 || type === 29 ? CODE_BY_TYPE[type] : (specific?.[1] ?? CODE_BY_TYPE[type]);
  return new PlatformError(code ?? 'ENGINE_FAILED', readableMessage(message), { details: { engineType: type } });
}

const TYPE_BY_NAME: Readonly<Record<string, number>> = {
  'Out of Range': 1,
  Conversion: 2,
  Decimal: 4,
  'Mismatch Type': 5,
  'Divide by Zero': 6,
  'Object Size': 7,
  Serialization: 9,
  'Not implemented': 11,
  Catalog: 13,
  Parser: 14,
  Planner: 15,
  Constraint: 18,
  Syntax: 22,
  Binder: 24,
  IO: 28,
  INTERRUPT: 29,
  FATAL: 30,
  INTERNAL: 31,
  'Invalid Input': 32,
  'Out of Memory': 33,
  Permission: 34,
};

/** Returns the coded form of an error that DuckDB gives as a text only, whose start names the type. */
export function engineErrorFromText(message: string): PlatformError {
  const name = /^([A-Za-z ]+) Error: /.exec(message)?.[1] ?? '';
  return engineError(TYPE_BY_NAME[name] ?? 0, message);
}

/** Throws the error that `data` stands for, if it does, and frees it. */
export function throwErrorData(data: Pointer | null): void {
  if (data === null) return;
  const native = nativeLibrary();
  const error = engineError(native.errorDataType(data), native.errorDataMessage(data) ?? 'unknown error');
  native.destroyErrorData(pointerCell(data));
  throw error;
}
