import { describe, expect, it } from 'vitest';
import { compareResult, hashValues, type ResultText } from '../../../../prove/sqllogic/compare-result.ts';
import { parseRecords } from '../../../../prove/sqllogic/parse-records.ts';
import type { QueryRecord } from '../../../../prove/sqllogic/record.ts';

const expecting = (head: string, lines: readonly string[]): QueryRecord =>
  parseRecords(`query ${head}\nSELECT 1\n----\n${lines.join('\n')}\n`, 'f.slt')[0] as QueryRecord;

const result = (letters: string, rows: readonly (readonly string[])[]): ResultText => ({
  rows,
  types: Array.from(letters, (letter) => ({ letter: letter === 'D' ? 'R' : (letter as 'I' | 'R' | 'T'), floating: letter === 'R' })),
});

describe('a result', () => {
  const rows = result('IT', [
    ['1', 'x'],
    ['2', 'y'],
  ]);

  it.each([
    ['row by row', 'IT', ['1\tx', '2\ty']],
    ['value by value', 'IT', ['1', 'x', '2', 'y']],
    ['row by row in any order', 'IT rowsort', ['2\ty', '1\tx']],
    ['value by value in any order', 'IT valuesort', ['x', 'y', '1', '2']],
    ['by its hash', 'IT', [`4 values hashing to ${hashValues(['1', 'x', '2', 'y'])}`]],
  ])('is as expected %s', (_title, head, lines) => {
    expect(compareResult(expecting(head, lines), rows)).toBeNull();
  });

  it.each([
    ['another value', 'IT', ['1\tx', '2\tz'], 'value 4 is y, expected z'],
    ['another order', 'IT', ['2\ty', '1\tx'], 'value 1 is 1, expected 2'],
    ['fewer rows', 'IT', ['1\tx'], '2 rows, expected 1'],
    ['more rows', 'IT', ['1\tx', '2\ty', '3\tz'], '2 rows, expected 3'],
    ['more columns', 'ITT', ['1\tx\t', '2\ty\t'], '2 columns, expected 3'],
    ['a type of another letter', 'TT', ['1\tx', '2\ty'], 'column 1 has a type of letter I, expected T'],
    ['values that fill no rows', 'IT', ['1', 'x', '2'], 'do not fill rows'],
    ['another hash', 'IT', [`4 values hashing to ${hashValues(['1', 'x', '2', 'z'])}`], 'the values hash to'],
    ['values of other rows', 'IT rowsort', ['1\ty', '2\tx'], 'value 2 is x, expected y'],
  ])('is found wrong when %s is expected', (_title, head, lines, what) => {
    expect(compareResult(expecting(head, lines), rows)).toContain(what);
  });

  it('agrees in twelve digits of floating point, in all digits of decimals', () => {
    expect(compareResult(expecting('R', ['0.3']), result('R', [['0.30000000000000004']]))).toBeNull();
    expect(compareResult(expecting('R', ['0.3']), result('R', [['0.30000000001']]))).toContain('expected');
    expect(compareResult(expecting('R', ['0.30']), result('D', [['0.3']]))).toContain('expected 0.30');
    expect(compareResult(expecting('RR', ['0.0\tnan']), result('RR', [['-0.0', 'nan']]))).toBeNull();
  });
});
