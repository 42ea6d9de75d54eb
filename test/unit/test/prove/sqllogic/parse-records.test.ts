import { describe, expect, it } from 'vitest';
import { parseRecords } from '../../../../prove/sqllogic/parse-records.ts';

const parse = (text: string) => parseRecords(text, 'f.slt');

describe('a file of records', () => {
  it('holds statements with their outcome and queries with their rows', () => {
    const records = parse(`# about it
skipif olap
statement ok
CREATE TABLE t (a integer)

statement count 2
INSERT INTO t
VALUES (1), (2)

statement error SQL_OVERFLOW
SELECT 1
----
leaves the range

query IT rowsort same
SELECT a, b
FROM t
----
1	x
2	NULL
`);
    expect(records).toMatchObject([
      {
        kind: 'statement',
        line: 3,
        sql: 'CREATE TABLE t (a integer)',
        comments: ['about it'],
        conditions: [{ kind: 'skipif', engine: 'olap' }],
        outcome: { kind: 'ok' },
      },
      { kind: 'statement', sql: 'INSERT INTO t\nVALUES (1), (2)', outcome: { kind: 'count', rows: 2 } },
      { kind: 'statement', outcome: { kind: 'error', code: 'SQL_OVERFLOW', message: 'leaves the range' } },
      {
        kind: 'query',
        sql: 'SELECT a, b\nFROM t',
        types: ['I', 'T'],
        sort: 'rowsort',
        label: 'same',
        expected: { kind: 'values', lines: ['1\tx', '2\tNULL'] },
      },
    ]);
  });

  it('may expect a hash in place of values', () => {
    const [record] = parse('query I\nSELECT 1\n----\n30 values hashing to 3c13dee48d9356ae19af2515e05e6b54\n');
    expect(record).toMatchObject({ expected: { kind: 'hash', count: 30, md5: '3c13dee48d9356ae19af2515e05e6b54' } });
  });

  it('ends at halt, and leaves out what stands between mode skip and mode unskip', () => {
    const one = 'statement ok\nSELECT 1\n';
    expect(parse(`${one}\nmode skip\n\n${one}\nmode unskip\n\n${one}\nhash-threshold 8\n\nhalt\n\n${one}`)).toHaveLength(2);
  });

  it('writes loops out, nested ones too', () => {
    const records = parse('loop i 0 2\n\nforeach t integer bigint\n\nstatement ok\nSELECT CAST(${i} AS ${t})\n\nendloop\n\nendloop\n');
    expect(records.map(({ sql }) => sql)).toEqual([
      'SELECT CAST(0 AS integer)',
      'SELECT CAST(0 AS bigint)',
      'SELECT CAST(1 AS integer)',
      'SELECT CAST(1 AS bigint)',
    ]);
  });

  it.each([
    ['an unknown record', 'sentence ok\nSELECT 1', "f.slt:1: unknown record 'sentence'"],
    ['an outcome that is none', 'statement fine\nSELECT 1', 'f.slt:1: a statement says'],
    ['letters that are no types', 'query IX\nSELECT 1\n----\n1', 'f.slt:1: the types'],
    ['a query without its values', '\nquery I\nSELECT 1', "f.slt:2: a query has a line '----'"],
    ['a record without SQL', 'query I\n----\n1', 'f.slt:1: the record has no SQL'],
    ['a loop without an end', 'loop i 0 2\n\nstatement ok\nSELECT 1', "f.slt:1: the loop has no 'endloop'"],
    ['an end without a loop', 'endloop', 'f.slt:1: no loop is open'],
    ['a mode that is none', 'mode loud', "f.slt:1: unknown mode 'loud'"],
  ])('is refused with the place of %s', (_title, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
