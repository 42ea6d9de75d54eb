import { describe, expect, it } from 'vitest';
import { PlatformError, type RewriteGroup, type TableSpec } from '../../../../spi/index.ts';
import { checkSession } from '../../../../sql-gateway/http/parse-statement-request.ts';
import { BackgroundMaintenance } from '../../../../sql-gateway/maintenance/background-maintenance.ts';
import { createQueryRegistry } from '../../../../sql-gateway/query/query-registry.ts';
import type { QueryService } from '../../../../sql-gateway/query/query-service.ts';
import { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { createMemorySettingStore } from '../../../support/memory-setting-store.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

const DAY_MS = 86_400_000;

const table = (name: string, properties: Readonly<Record<string, string>> = {}): TableSpec => ({
  name: { schema: 'main', name },
  columns: [{ name: 'id', type: { kind: 'bigint' }, nullable: true }],
  partitioning: [],
  properties,
  comment: null,
});

/** Maintenance over tables in memory, whose statements are kept and not run; those in `failing` fail. */
function start(catalog: MemoryCatalog, smallFiles: number, failing: ReadonlySet<string> = new Set()) {
  const statements: string[] = [];
  const group: RewriteGroup = { files: Array.from({ length: smallFiles }, String), rows: 1, filesWithDeletes: 0, bytes: 1, partition: [] };
  const settings = createMemorySettingStore();
  const background = new BackgroundMaintenance({
    catalog,
    maintenance: { planRewrite: () => Promise.resolve([group]) },
    settings,
    queries: createQueryRegistry({ historyMax: 10, onEnd: () => undefined }),
    session: checkSession(null),
    intervalMs: 0,
    log: createSilentLog(),
  });
  const service: Pick<QueryService, 'run'> = {
    run: (record, { sql }) => {
      statements.push(sql);
      const error = failing.has(sql) ? new PlatformError('STORAGE_CONFLICT', 'lost') : null;
      record.end(error);
      return error === null ? Promise.resolve() : Promise.reject(error);
    },
  };
  return { background, statements, settings, round: () => background.round(service) };
}

describe('background maintenance', () => {
  it('puts files together where a partition has many small ones', async () => {
    const catalog = new MemoryCatalog();
    catalog.createTable(table("it's"));
    const few = start(catalog, 15);
    await few.round();
    expect(few.statements).toEqual([]);
    const many = start(catalog, 16);
    await many.round();
    expect(many.statements).toEqual([`CALL system.optimize('"main"."it''s"')`]);
    expect(many.background.list()).toMatchObject([{ table: "main.it's", procedure: 'optimize', errorCode: null }]);
  });

  it('expires snapshots that are older than the table keeps them', async () => {
    const catalog = new MemoryCatalog();
    for (const [name, properties] of [
      ['kept', {}],
      ['short', { 'history.expire.max-snapshot-age-ms': '1000' }],
      ['many', { 'history.expire.max-snapshot-age-ms': '1000', 'history.expire.min-snapshots-to-keep': '2' }],
    ] as const) {
      catalog.createTable(table(name, properties));
      for (const id of ['2', '3']) catalog.addSnapshot({ schema: 'main', name }, id, { committedAtMs: Date.now() - DAY_MS });
    }
    const { statements, round } = start(catalog, 0);
    await round();
    expect(statements).toEqual([`CALL system.expire_snapshots('"main"."short"')`]);
  });

  it('looks for orphans once a day, counted over restarts', async () => {
    const catalog = new MemoryCatalog();
    const { ref } = catalog.createTable(table('t'));
    const { statements, settings, round } = start(catalog, 0);
    await round();
    await round();
    expect(statements).toEqual([]);
    await settings.put(`maintenance.orphans.${ref.uuid}`, String(Date.now() - 2 * DAY_MS));
    await round();
    await round();
    expect(statements).toEqual([`CALL system.remove_orphan_files('"main"."t"')`]);
  });

  it('goes on with the other tables when one fails, and tells the failure', async () => {
    const catalog = new MemoryCatalog();
    for (const name of ['a', 'b']) catalog.createTable(table(name));
    const { background, statements, round } = start(catalog, 20, new Set([`CALL system.optimize('"main"."a"')`]));
    await round();
    expect(statements).toHaveLength(2);
    expect(background.list().map(({ table: name, errorCode }) => [name, errorCode])).toEqual([
      ['main.b', null],
      ['main.a', 'STORAGE_CONFLICT'],
    ]);
  });
});
