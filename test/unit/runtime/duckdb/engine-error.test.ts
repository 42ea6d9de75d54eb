import { describe, expect, it } from 'vitest';
import { engineErrorFromText } from '../../../../runtime/duckdb/engine-error.ts';

describe('an error of DuckDB', () => {
  it.each([
    [
      'Invalid Input Error: Failed to read file "/w/a.parquet": Unsupported compression codec "LZ4". Supported options are snappy',
      'STORAGE_UNSUPPORTED',
    ],
    ["Invalid Input Error: No magic bytes found at end of file '/w/a.parquet'", 'STORAGE_CORRUPT'],
    ['Invalid Input Error: More than one row returned by a subquery used as an expression', 'SQL_SUBQUERY_ROWS'],
    ['IO Error: Could not write file "/w/a": No space left on device', 'RESOURCE_DISK'],
    ['Conversion Error: Could not convert string', 'SQL_INVALID_VALUE'],
    ['Something else', 'ENGINE_FAILED'],
  ])('%s is %s', (message, code) => {
    expect(engineErrorFromText(message).code).toBe(code);
  });
});
