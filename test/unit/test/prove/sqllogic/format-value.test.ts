import { describe, expect, it } from 'vitest';
import type { DataType } from '../../../../../spi/index.ts';
import { formatFloat } from '../../../../prove/sqllogic/format-float.ts';
import { readResult } from '../../../../prove/sqllogic/read-result.ts';
import { openBareDuckdb } from '../../../../prove/sqllogic/bare-duckdb.ts';
import { openDatabase } from '../../../../../runtime/duckdb/index.ts';

const of = (
  kind: 'integer' | 'double' | 'varchar' | 'date' | 'timestamp' | 'timestamptz' | 'time' | 'interval' | 'varbinary' | 'boolean',
) => ({ kind }) as const;
const list = (element: DataType): DataType => ({ kind: 'list', element, elementNullable: true });

describe('a value', () => {
  it.each<[string, DataType]>([
    ['42', of('integer')],
    ['CAST(-0.5 AS DOUBLE)', of('double')],
    ['1e300::DOUBLE', of('double')],
    ["''", of('varchar')],
    ["'two' || chr(10) || 'lines' || chr(9)", of('varchar')],
    ['NULL::INTEGER', of('integer')],
    ['true', of('boolean')],
    ["DATE '0045-03-15 (BC)'", of('date')],
    ["DATE '12345-01-02'", of('date')],
    ["DATE 'infinity'", of('date')],
    ["TIMESTAMP '2024-01-02 03:04:05.600'", of('timestamp')],
    ["TIMESTAMPTZ '2024-01-02 03:04:05+02'", of('timestamptz')],
    ["TIME '10:00:00.000001'", of('time')],
    ["INTERVAL '14 months -3 days 1 hour 0.5 seconds'", of('interval')],
    ["INTERVAL '-90 minutes'", of('interval')],
    ["'\\x00'::BLOB || 'a''b'::BLOB", of('varbinary')],
    ["['a', NULL, '', 'x, y', 'it''s', 'null', ' b']", list(of('varchar'))],
    ['[[1], [], NULL]', list(list(of('integer')))],
    ["MAP {'k': 1, 'n': NULL}", { kind: 'map', key: of('varchar'), value: of('integer'), valueNullable: true }],
    [
      "{'a': 1, 'b': TIMESTAMP '2024-01-01 10:00:00'}",
      {
        kind: 'struct',
        fields: [
          { name: 'a', type: of('integer'), nullable: true },
          { name: 'b', type: of('timestamp'), nullable: true },
        ],
      },
    ],
  ])('of an engine is shown as DuckDB shows it: %s', async (sql, type) => {
    const bare = await openBareDuckdb();
    const database = openDatabase();
    try {
      const stream = await database.connect().stream(`SELECT ${sql} AS v`);
      const frames = async function* (): AsyncGenerator<Uint8Array> {
        yield stream.schema();
        for (let frame = await stream.next(); frame !== null; frame = await stream.next()) yield frame;
      };
      const shown = await readResult([{ name: 'v', type, nullable: true }], frames());
      expect(shown.rows).toEqual((await bare.query(`SELECT ${sql} AS v`)).rows);
    } finally {
      await database.close();
      bare.close();
    }
  });

  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e-5, '1.5e-05'],
    [0.0001, '0.0001'],
    [-123456.789, '-123456.789'],
    [NaN, 'nan'],
    [-Infinity, '-inf'],
  ])('of floating point %d has the text %s', (value, text) => {
    expect(formatFloat(value, 'double')).toBe(text);
  });

  it('of single precision has no more digits than that needs', () => {
    expect(formatFloat(Math.fround(0.1), 'real')).toBe('0.1');
  });
});
