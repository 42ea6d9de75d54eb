import { beforeAll, describe, expect, it } from 'vitest';
import { assert, type ScanNode, scansOf } from '../../../../spi/index.ts';
import { bindWithReferences, type RowModification } from '../../../../sql/bind/index.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';
import { restrictScan } from '../../../../sql/plan/index.ts';
import { bindContext, bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

const modification = async (text: string, parameters: readonly number[] = []): Promise<RowModification> => {
  const bound = await bindText(text, catalog, { parameters });
  assert('matching' in bound, bound.kind);
  return bound;
};

const refusal = async (text: string): Promise<string> => {
  const outcome: unknown = await bindText(text, catalog).catch((error: unknown) => error);
  return (outcome as { code?: string }).code ?? 'bound';
};

const filesOf = (scans: readonly ScanNode[]): readonly (readonly string[] | null)[] => scans.map((scan) => scan.files ?? null);

describe('a statement that puts rows beside those of its table', () => {
  it('tells how many rows it updates, deletes and inserts, unless it only deletes', async () => {
    const merge = await modification(
      'MERGE INTO u USING t ON u.a = t.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (a) VALUES (t.a)',
    );
    expect(merge).toMatchObject({ kind: 'merge', updates: false, hints: { engine: null } });
    expect(merge.changes?.plan.output.map(({ name }) => name)).toEqual(['updated', 'deleted', 'inserted']);
    expect(await modification('UPDATE u SET c = t.c FROM t WHERE u.a = t.a')).toMatchObject({ kind: 'update', updates: true, changes: {} });
    expect(await modification('DELETE FROM u USING t WHERE u.a = t.a')).toMatchObject({ kind: 'delete', updates: false, changes: null });
  });

  it('skips files by what its condition says about the table alone, unless rows that nothing matches are meant too', async () => {
    const update = await modification("UPDATE u SET x = 1 FROM t WHERE u.a = t.a AND u.c = 'x' AND t.b > 1");
    expect(update.target.filter).toMatchObject({ function: 'eq' });
    const on = "MERGE INTO u USING t ON u.a = t.a AND u.c = 'x' WHEN MATCHED THEN DELETE";
    expect((await modification(on)).target.filter).toMatchObject({ function: 'eq' });
    expect((await modification(`${on} WHEN NOT MATCHED BY SOURCE THEN DELETE`)).target.filter).toBeNull();
  });

  it('compares what it inserts with all files of the table, whatever files it rewrites', async () => {
    const bound = await modification(
      'MERGE INTO u USING t ON u.a = t.a WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (a) VALUES (t.a)',
    );
    const { plan } = restrictScan(bound.query, bound.target.columns, ['file:///one']);
    const own = scansOf(plan.root).filter((scan) => scan.table.name === 'u');
    expect(filesOf(own)).toEqual(expect.arrayContaining([null, ['file:///one']]));
    expect(own).toHaveLength(2);
  });

  it('takes parameters in conditions and values, common tables, joins and hints', async () => {
    const text =
      'WITH c AS (SELECT a FROM t) MERGE /*+ ENGINE(batch) */ INTO u AS o USING c AS n ON o.a = n.a AND o.x > $1 WHEN MATCHED THEN UPDATE SET x = $2';
    expect(await modification(text, [1, 2])).toMatchObject({ hints: { engine: 'batch' }, query: { parameters: [{}, {}] } });
    expect(await modification('UPDATE u SET x = $1, c = $2 WHERE a = $3', [1, 2, 3])).toMatchObject({ kind: 'update' });
    expect(await refusal('UPDATE u SET x = v.id FROM t JOIN n AS v ON t.a = v.id, LATERAL (SELECT t.b AS y) AS l WHERE u.a = v.id')).toBe(
      'bound',
    );
  });

  it('reads of both sides what the text names', async () => {
    const text =
      'MERGE INTO u USING t ON u.a = t.a WHEN MATCHED AND t.b > 1 THEN UPDATE SET x = t.f WHEN NOT MATCHED THEN INSERT (a) VALUES (t.a)';
    const { references } = await bindWithReferences(parseStatement(text), bindContext(text, catalog));
    expect(references().reads.map(({ name, columns }) => [name, columns])).toEqual([
      ['t', ['a', 'b', 'f']],
      ['u', ['a']],
    ]);
    expect(references().target).toEqual({ kind: 'table', schema: 'main', name: 'u', columns: ['a', 'x'] });
  });

  it.each([
    ['MERGE INTO nothing USING t ON true WHEN MATCHED THEN DELETE', 'CATALOG_UNKNOWN_TABLE'],
    ['MERGE INTO u USING u ON true WHEN MATCHED THEN DELETE', 'SQL_DUPLICATE_NAME'],
    ['MERGE INTO u USING t ON a = 1 WHEN MATCHED THEN DELETE', 'SQL_AMBIGUOUS_COLUMN'],
    ['MERGE INTO u USING t ON u.a = t.a WHEN NOT MATCHED AND u.a = 1 THEN DO NOTHING', 'SQL_UNKNOWN_COLUMN'],
    ['MERGE INTO u USING t ON u.a = t.a WHEN NOT MATCHED BY SOURCE AND t.a = 1 THEN DELETE', 'SQL_UNKNOWN_COLUMN'],
    ['MERGE INTO u USING t ON u.a = t.a WHEN MATCHED THEN UPDATE SET t.a = 1', 'SQL_UNKNOWN_COLUMN'],
    ['MERGE INTO u USING t ON u.a = t.a WHEN MATCHED THEN UPDATE SET *', 'SQL_UNKNOWN_COLUMN'],
    ['MERGE INTO u USING t ON u.a = t.a WHEN NOT MATCHED BY SOURCE THEN UPDATE SET *', 'SQL_UNSUPPORTED'],
    ['MERGE INTO u USING t ON u.a = t.a WHEN MATCHED THEN UPDATE SET x = 1, x = 2', 'SQL_DUPLICATE_NAME'],
    ['MERGE INTO u USING t ON u.a = t.a WHEN NOT MATCHED THEN INSERT (a, a) VALUES (1, 2)', 'SQL_DUPLICATE_NAME'],
    ['MERGE INTO u USING t ON u.a = t.a WHEN NOT MATCHED THEN INSERT VALUES (1)', 'SQL_TYPE_MISMATCH'],
    ['MERGE INTO t USING u ON u.a = t.a WHEN NOT MATCHED THEN INSERT (b) VALUES (1)', 'SQL_INVALID_VALUE'],
    ['MERGE INTO t USING u ON u.a = t.a WHEN MATCHED THEN UPDATE SET a = NULL', 'SQL_INVALID_VALUE'],
    ['MERGE INTO u USING (SELECT random() AS x) AS s ON u.x = s.x WHEN MATCHED THEN DELETE', 'SQL_UNSUPPORTED'],
    ['UPDATE u SET x = 1 FROM t WHERE random() > 0.5', 'SQL_UNSUPPORTED'],
    ['UPDATE u SET x = count(*) FROM t WHERE u.a = t.a', 'SQL_GROUPING'],
    ['DELETE FROM u USING t WHERE u.a = t.c', 'SQL_TYPE_MISMATCH'],
    ['INSERT INTO t DEFAULT VALUES', 'SQL_INVALID_VALUE'],
  ])('is refused: %s', async (text, code) => {
    expect(await refusal(text)).toBe(code);
  });
});
