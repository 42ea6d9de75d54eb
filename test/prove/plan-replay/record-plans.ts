import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindQuery } from '../corpora/bind-corpus.ts';
import { openParquetDatabase } from '../corpora/duckdb-answers.ts';
import { parquetCatalog } from '../corpora/parquet-catalog.ts';
import { RECORDED_PLANS, type RecordedPlan } from './recorded-plan.ts';
import { writeReplayTables } from './replay-tables.ts';
import { REPLAYED_STATEMENTS } from './statements.ts';

const folder = mkdtempSync(join(tmpdir(), 'trivium-record-'));
try {
  await writeReplayTables(folder, 100, 1);
  const database = await openParquetDatabase(folder);
  const catalog = parquetCatalog(database.tables);
  database.close();
  mkdirSync(RECORDED_PLANS, { recursive: true });
  for (const [name, sql] of Object.entries(REPLAYED_STATEMENTS)) {
    const recorded: RecordedPlan = { name, sql, query: await bindQuery(sql, catalog) };
    writeFileSync(new URL(`${name}.json`, RECORDED_PLANS), `${JSON.stringify(recorded, null, 1)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
