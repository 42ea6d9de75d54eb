import { beforeAll, describe, expect, it } from 'vitest';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(['CREATE TABLE t (a INTEGER)']);
});

const codeOf = (text: string): Promise<unknown> =>
  bindQueryText(text, catalog).then(
    () => null,
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

describe('a short text that grows beyond measure is refused', () => {
  it('when BETWEEN repeats its operand level over level', async () => {
    expect(await codeOf(`SELECT ${'('.repeat(100)}a${' BETWEEN 1 AND 2)::INTEGER'.repeat(100)} FROM t`)).toBe('SQL_TOO_DEEP');
  });

  it('when functions over lists repeat their operand level over level', async () => {
    const nested = (start: string, end: string): string => `SELECT ${start.repeat(40)}[a]${end.repeat(40)} FROM t`;
    expect(await codeOf(nested('[any_match(', ', x -> x IS NOT NULL)::INTEGER]'))).toBe('SQL_TOO_DEEP');
    expect(await codeOf(nested('zip_with(', ', [1], (x, y) -> x + y)'))).toBe('SQL_TOO_DEEP');
    expect(await codeOf(nested('[reduce(', ', 0, (s, x) -> s + x, s -> s + s)]'))).toBe('SQL_TOO_DEEP');
  });

  it('when COLUMNS is written out for many columns in many places', async () => {
    const wide = Array.from({ length: 500 }, (_, index) => `1 AS c${String(index)}`).join(', ');
    expect(await codeOf(`SELECT ${'COLUMNS(*), '.repeat(2000)}1 FROM (SELECT ${wide})`)).toBe('SQL_TOO_DEEP');
  });

  it('when * stands for all columns of the level below, level over level', async () => {
    const doubled = (levels: number): string => `${'SELECT *, * FROM ('.repeat(levels)}SELECT 1 AS a${')'.repeat(levels)}`;
    expect(await codeOf(doubled(200))).toBe('SQL_TOO_DEEP');
    expect(await codeOf(doubled(12))).toBe(null);
  });

  it('when set operators in turn make a plan of thousands of levels', async () => {
    expect(await codeOf(`SELECT 1 ${'UNION SELECT 1 INTERSECT SELECT 1 '.repeat(3000)}`)).toBe('SQL_TOO_DEEP');
    expect(await codeOf(`SELECT 1 ${'UNION ALL SELECT 1 '.repeat(500)}`)).toBe(null);
  });
});

describe('what nests deep costs time in proportion', () => {
  it('when a constant at the bottom is computed', async () => {
    const nested = `${'concat(CASE a WHEN 1 THEN '.repeat(60)}1 + 1${" END, 'x')".repeat(60)}`;
    expect(await codeOf(`SELECT ${nested} FROM t`)).toBe(null);
  });
});
