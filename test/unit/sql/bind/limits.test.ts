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

  it('when set operators in turn make a plan of thousands of levels', async () => {
    expect(await codeOf(`SELECT 1 ${'UNION SELECT 1 INTERSECT SELECT 1 '.repeat(3000)}`)).toBe('SQL_TOO_DEEP');
    expect(await codeOf(`SELECT 1 ${'UNION ALL SELECT 1 '.repeat(500)}`)).toBe(null);
  });
});
