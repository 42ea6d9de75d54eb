import { beforeEach, describe, expect, it } from 'vitest';
import { planRequirements, scansOf, walkPlan } from '../../../../spi/index.ts';
import { bindQueryText, bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeEach(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

function createView(name: string, sql: string, columnNames: readonly string[] | null = null): void {
  catalog.createView({ name: { schema: 'main', name }, sql, defaultSchema: 'main', columnNames, comment: null });
}

describe('a view', () => {
  it('stands for its query, under the names it gives', async () => {
    createView('v', 'SELECT a, c FROM t', ['k', 'w']);
    const { plan } = await bindQueryText('SELECT v.k, w FROM v', catalog);
    expect(plan.output.map((column) => column.name)).toEqual(['k', 'w']);
  });

  it('does not see the common tables around its use', async () => {
    createView('v', 'SELECT a FROM t');
    const query = await bindQueryText('WITH t AS (SELECT 1 AS zzz) SELECT * FROM v', catalog);
    expect(query.snapshots).toHaveLength(1);
  });

  it('gets fresh columns at each use', async () => {
    createView('v', 'SELECT a FROM t');
    const { plan } = await bindQueryText('SELECT * FROM v AS p JOIN v AS q ON p.a = q.a', catalog);
    const ids: number[] = [];
    walkPlan(plan.root, {
      node: (node) => {
        if (node.kind === 'scan') ids.push(...node.columns.map((column) => column.id));
      },
    });
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('that uses itself is refused', async () => {
    createView('p', 'SELECT * FROM q');
    createView('q', 'SELECT * FROM p');
    await expect(bindQueryText('SELECT * FROM p', catalog)).rejects.toMatchObject({ code: 'SQL_TOO_DEEP', location: { column: 15 } });
  });
});

describe('a view made anew', () => {
  it('must not use itself', async () => {
    createView('v', 'SELECT a FROM t');
    createView('w', 'SELECT a FROM v');
    await expect(bindText('CREATE OR REPLACE VIEW v AS SELECT a FROM w', catalog)).rejects.toMatchObject({ code: 'SQL_TOO_DEEP' });
  });
});

describe('a snapshot', () => {
  it.each(['SELECT * FROM t', 'SELECT count(*) FROM t AS p', 'SELECT x FROM t AS p(x)', 'TABLE t'])(
    'with delete files asks the engine of %s to heed them',
    async (text) => {
      catalog.addDeleteFiles({ schema: 'main', name: 't' });
      const { plan } = await bindQueryText(text, catalog);
      expect(scansOf(plan.root)).toMatchObject([{ deletes: true }]);
      expect(planRequirements(plan).features.has('scan:deletes')).toBe(true);
    },
  );

  it('is pinned once for all uses of a table', async () => {
    const query = await bindQueryText('SELECT * FROM t AS p, t AS q, u', catalog);
    expect(query.snapshots.map((pin) => pin.table.name)).toEqual(['t', 'u']);
  });

  it('is the one asked for', async () => {
    const query = await bindQueryText('SELECT * FROM t FOR VERSION AS OF 1 AS p, t AS q', catalog);
    expect(query.snapshots.map((pin) => pin.snapshotId)).toEqual(['1']);
  });

  it('of an instant is looked up with the session zone', async () => {
    const asked: unknown[] = [];
    const resolve = catalog.resolve.bind(catalog);
    catalog.resolve = (name, at) => {
      asked.push(at);
      return resolve(name, at);
    };
    catalog.pinned = () => catalog;
    await bindQueryText("SELECT * FROM t FOR TIMESTAMP AS OF TIMESTAMP '2026-07-01 00:00:00'", catalog, { timeZone: 'Europe/Berlin' });
    expect(asked).toEqual([{ kind: 'timestamp', atMs: Date.UTC(2026, 5, 30, 22) }]);
  });

  it('that the table lacks is refused where it is asked for', async () => {
    await expect(bindQueryText('SELECT * FROM t FOR VERSION AS OF 7', catalog)).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_SNAPSHOT',
      location: { column: 15 },
    });
  });
});

describe('names', () => {
  it.each(['SELECT T.A FROM MAIN.T', 'SELECT trivium.main.t.a FROM trivium.main.t', 'SELECT main.t.a FROM t'])(
    'match without regard to case, with any qualifier: %s',
    async (text) => {
      expect((await bindQueryText(text, catalog)).plan.output[0]?.name.toLowerCase()).toBe('a');
    },
  );

  it('of common tables hide tables', async () => {
    const query = await bindQueryText('WITH t AS (SELECT 1 AS zzz) SELECT zzz FROM t', catalog);
    expect(query.snapshots).toEqual([]);
  });

  it('of virtual relations are asked for last', async () => {
    const query = await bindQueryText('SELECT name FROM system.engines', catalog, {
      virtualRelation: ({ schema, name }) =>
        Promise.resolve(
          schema === 'system' && name === 'engines' ? { columns: [{ name: 'name', type: 'varchar' }], rows: [['olap']] } : null,
        ),
    });
    expect(query.plan.output).toMatchObject([{ name: 'name' }]);
  });
});

describe('what a query depends on', () => {
  it('is more than its snapshots when it draws random numbers', async () => {
    expect((await bindQueryText('SELECT random() FROM t', catalog)).deterministic).toBe(false);
    expect((await bindQueryText('SELECT now() FROM t', catalog)).deterministic).toBe(true);
  });

  it('may be an engine that a hint names', async () => {
    expect(await bindText('SELECT /*+ ENGINE(olap) */ 1', catalog)).toMatchObject({ hints: { engine: 'olap' } });
  });
});
