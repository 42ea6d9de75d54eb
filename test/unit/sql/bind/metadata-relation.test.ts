import { describe, expect, it } from 'vitest';
import { assert } from '../../../../spi/index.ts';
import { bindWithReferences } from '../../../../sql/bind/index.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';
import { bindContext, bindQueryText, bindText, catalogOf } from '../../../support/bind-text.ts';

const catalog = await catalogOf(['CREATE TABLE orders (id bigint, amount double)']);
catalog.addSnapshot({ schema: 'main', name: 'orders' }, '7');
catalog.addSnapshot({ schema: 'main', name: 'orders' }, '8');
catalog.createView({
  name: { schema: 'main', name: 'v' },
  sql: 'SELECT 1 AS one',
  defaultSchema: 'main',
  columnNames: null,
  comment: null,
});

/** The values of the only row of a query over a metadata table of `MemoryCatalog`. */
async function told(text: string, overrides: Parameters<typeof bindQueryText>[2] = {}): Promise<readonly unknown[]> {
  const { plan } = await bindQueryText(text, catalog, overrides);
  const values = plan.root.kind === 'project' ? plan.root.input : plan.root;
  assert(values.kind === 'values', `the rows are constants: ${values.kind}`);
  return (values.rows[0] ?? []).map((value) => (value.kind === 'literal' ? value.value : value.kind));
}

const failure = (text: string): Promise<unknown> =>
  bindText(text, catalog).then(
    () => 'bound',
    (error: unknown) => error,
  );

describe('a metadata table', () => {
  it('is a relation named after its table, by any case, at the newest snapshot', async () => {
    expect(await told('SELECT * FROM "orders$files"')).toEqual(['orders files', '8']);
    expect(await told('SELECT * FROM main."ORDERS$Files"')).toEqual(['orders files', '8']);
  });

  it('shows the snapshot that the text or the session asks for where it describes one', async () => {
    expect(await told('SELECT * FROM "orders$files" FOR VERSION AS OF 7')).toEqual(['orders files', '7']);
    const readAt = { kind: 'snapshots', tables: [{ table: { schema: 'main', name: 'orders' }, snapshotId: '7' }] } as const;
    expect(await told('SELECT * FROM "orders$partitions"', { readAt })).toEqual(['orders partitions', '7']);
    expect(await told('SELECT * FROM "orders$snapshots"', { readAt })).toEqual(['orders snapshots', null]);
    expect(await failure('SELECT * FROM "orders$snapshots" FOR VERSION AS OF 7')).toMatchObject({ code: 'CATALOG_NOT_A_TABLE' });
  });

  it('counts as reading its table with all columns, whose bounds it may show', async () => {
    const text = 'SELECT told FROM "orders$files"';
    const bound = await bindWithReferences(parseStatement(text), bindContext(text, catalog));
    const { reads, lineage } = bound.references();
    expect(reads.map(({ kind, name, columns }) => [kind, name, columns])).toEqual([
      ['table', 'orders', ['amount', 'id']],
      ['virtual', 'orders$files', ['told']],
    ]);
    expect(lineage).toEqual([{ column: 'told', sources: [{ schema: 'main', relation: 'orders$files', column: 'told' }] }]);
  });

  it('of a name that is nearly right is refused with the right one', async () => {
    expect(await failure('SELECT * FROM "orders$snapshot"')).toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      hint: 'Did you mean "orders$snapshots"?',
    });
    expect(await failure('SELECT * FROM "orders$x"')).toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      hint: expect.stringContaining('$history') as unknown,
    });
    expect(await failure('SELECT * FROM "order$files"')).toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE', hint: 'Did you mean orders?' });
  });

  it('is none of a view, is not listed, and takes no rows', async () => {
    expect(await failure('SELECT * FROM "v$files"')).toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      message: expect.stringContaining('is a view') as unknown,
    });
    expect(await failure('INSERT INTO "orders$files" VALUES (1)')).toMatchObject({ code: 'CATALOG_NOT_A_TABLE' });
    const { plan } = await bindQueryText("SHOW TABLES LIKE 'orders%'", catalog);
    assert(plan.root.kind === 'values', 'the rows are constants');
    expect(plan.root.rows).toHaveLength(1);
  });

  it('can be described', async () => {
    const { plan } = await bindQueryText('DESCRIBE "orders$files"', catalog);
    assert(plan.root.kind === 'values', 'the rows are constants');
    expect(plan.root.rows.map(([name]) => (name?.kind === 'literal' ? name.value : null))).toEqual(['told', 'snapshot_id']);
  });
});
