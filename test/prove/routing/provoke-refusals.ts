import type { ServerProcess } from '../../support/server-process.ts';
import type { Check } from '../proof.ts';
import { explainRoute, run } from './routing-server.ts';
import { VIEWS } from './statements.ts';

/** Provokes each reason for which an engine or a view does not come to answer, and looks for its code in EXPLAIN ROUTE. */
export async function provokeRefusals(server: ServerProcess): Promise<Check[]> {
  const many = Array.from({ length: 60 }, () => 'SELECT * FROM flights').join(' UNION ALL ');
  const huge = `SELECT date, row_number() OVER (PARTITION BY origin ORDER BY date) FROM (${many}) f`;
  const byOrigin = VIEWS['by_origin'] ?? '';
  const found: Record<string, boolean> = {};
  const look = async (code: string, engine: string, sql: string): Promise<void> => {
    const rows = await explainRoute(server, sql);
    found[code] = rows.some((row) => row.engine === engine && row.refusal_code === code);
  };
  await look('ENGINE_EXCLUDED', 'batch', 'SELECT /*+ ENGINE(olap) */ count(*) FROM flights');
  await look('ENGINE_UNSUPPORTED', 'stream', 'SELECT row_number() OVER (ORDER BY delay) FROM flights');
  await look('RESOURCE_MEMORY', 'olap', huge);
  await run(server, 'ALTER MATERIALIZED VIEW by_origin PAUSE');
  await run(server, "INSERT INTO flights VALUES (TIMESTAMP '2001-06-30 12:00:00', 1, 1, 'ATL', 'SAV')");
  await look('STREAM_STALE', '(view main.by_origin)', byOrigin);
  await run(server, 'ALTER MATERIALIZED VIEW by_origin RESUME');
  return Object.entries(found).map(([code, seen]) => ({
    id: `refusal-${code.toLowerCase().replaceAll('_', '-')}`,
    value: seen,
    unit: '',
    target: 'true',
    pass: seen,
  }));
}
