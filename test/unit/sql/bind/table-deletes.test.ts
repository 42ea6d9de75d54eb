import { describe, expect, it } from 'vitest';
import { assert, planRequirements } from '../../../../spi/index.ts';
import { bindText } from '../../../support/bind-text.ts';
import { MemoryCatalog } from '../../../support/memory-catalog.ts';

/** A catalog whose tables have delete files. */
class CatalogWithDeletes extends MemoryCatalog {
  override pinned(): this {
    return this;
  }

  override async resolve(...asked: Parameters<MemoryCatalog['resolve']>): ReturnType<MemoryCatalog['resolve']> {
    const found = await super.resolve(...asked);
    return found?.kind === 'table' ? { ...found, deletes: true } : found;
  }
}

async function catalogWithDeletes(): Promise<CatalogWithDeletes> {
  const catalog = new CatalogWithDeletes();
  const bound = await bindText('CREATE TABLE t (k bigint, v varchar)', catalog);
  assert(bound.kind === 'create_table', bound.kind);
  catalog.createTable(bound.spec, '0');
  return catalog;
}

describe('a table with delete files', () => {
  it.each(['SELECT k FROM t', 'SELECT * FROM t AS u(a, b)', 'SELECT count(*) FROM t', 'SELECT 1 WHERE EXISTS (SELECT 1 FROM t)'])(
    'is asked of engines that apply deletes: %s',
    async (text) => {
      const bound = await bindText(text, await catalogWithDeletes());
      assert(bound.kind === 'query', bound.kind);
      expect(planRequirements(bound.query.plan).features).toContain('scan:deletes');
    },
  );
});
