import { describe, expect, it } from 'vitest';
import { encodeSmallTable } from '../../../../runtime/arrow/index.ts';
import { compareResults } from '../../../../sql-gateway/shadow/compare-results.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';

type Row = readonly [name: string | null, count: string | null, mean: string | null];

const TYPES = ['varchar', 'bigint', 'double'] as const;
/** Two names are alike, and one is a number: neither may move a value to another place. */
const NAMES = ['n', '1', 'n'];

function frames(rows: readonly Row[]): readonly Uint8Array[] {
  return encodeSmallTable(
    TYPES.map((kind, index) => ({ name: NAMES[index] ?? '', type: { kind } })),
    rows,
  );
}

const columns = TYPES.map((type, index) => ({ name: NAMES[index] ?? '', type }));
const compare = (left: readonly Row[], right: readonly Row[], orderedBy: readonly number[] = [], by = compareResults): string | null =>
  by({ columns, left: frames(left), right: frames(right), orderedBy });

const ROWS: readonly Row[] = [
  ['a', '1', '0.5'],
  ['b', '2', null],
  ['b', '2', null],
  [null, null, '1e300'],
];

describe('two answers', () => {
  it('are the same in whatever order their rows come', () => {
    expect(compare(ROWS, [...ROWS].reverse())).toBeNull();
    expect(compare([], [])).toBeNull();
  });

  it('differ when a row comes more often in one of them', () => {
    expect(compare(ROWS, ROWS.slice(0, 3))).toMatch(/^4 and 3 rows; 1 only by the first/);
    expect(compare(ROWS, [...ROWS.slice(0, 2), ['a', '1', '0.5'], ...ROWS.slice(3)])).toMatch(/1 only by the first.*1 only by the second/);
  });

  it('differ by a value, a NULL in place of one, and a large number in its last digit', () => {
    expect(compare([['a', '1', null]], [['a', '2', null]])).not.toBeNull();
    expect(compare([['a', '1', null]], [['a', null, null]])).not.toBeNull();
    expect(compare([['a', '1', '1']], [['a', '1', null]])).not.toBeNull();
    expect(compare([['a', '9007199254740993', null]], [['a', '9007199254740992', null]])).not.toBeNull();
  });

  it('are the same when floating-point numbers differ in their last digits, and not when in more', () => {
    const sums = (mean: string): readonly Row[] => [
      ['a', '1', mean],
      ['a', '1', '7.25'],
    ];
    expect(compare(sums('0.30000000000000004'), sums('0.3'))).toBeNull();
    expect(compare(sums('0.30000003'), sums('0.3'))).not.toBeNull();
  });

  it('differ when the columns of the order come in another one, but not by what ties in them', () => {
    const reversed = [...ROWS].reverse();
    expect(compare(ROWS, reversed, [0])).toMatch(/another order from row 1/);
    const tied: readonly Row[] = [
      ['a', '1', null],
      ['a', '2', null],
      ['b', '3', null],
    ];
    expect(compare(tied, [tied[1], tied[0], tied[2]] as readonly Row[], [0])).toBeNull();
    expect(compare(tied, [tied[1], tied[0], tied[2]] as readonly Row[], [0, 1])).toMatch(/another order from row 1/);
  });

  it('are not told apart by a comparison that ignores how often a row comes, which this test notices', async () => {
    const mutant = await importMutant<{ compareResults: typeof compareResults }>('compare-results.ts', {
      folder: 'sql-gateway/shadow',
      file: 'compare-results.ts',
      from: '    counts.set(line, count - 1);\n',
      to: '',
    });
    const twice: readonly Row[] = [...ROWS, ...ROWS];
    expect(compare(ROWS, twice)).not.toBeNull();
    expect(compare(ROWS, twice, [], mutant.compareResults)).toBeNull();
  });
});
