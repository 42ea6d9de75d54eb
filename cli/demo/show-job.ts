import { PlatformError } from '../../spi/index.ts';
import { submitJob } from '../client/job-client.ts';
import { waitForJob } from '../command/wait-for-job.ts';
import { formatElapsed } from '../format/print-result.ts';
import { askRows } from './ask-rows.ts';
import { type Stage, showHeading, showRows, showText } from './stage.ts';

const SCRIPT = `DROP TABLE IF EXISTS route_months;

CREATE TABLE route_months PARTITIONED BY (month) AS
SELECT CAST(date_trunc('month', date) AS date) AS month, origin, destination,
  count(*) AS flights, sum(delay) AS delay
FROM flights GROUP BY ALL;`;

/** Submits a job that writes a partitioned table, follows it, and looks at what it wrote. */
export async function showJob(stage: Stage): Promise<void> {
  showHeading(stage, 'A job: statements in the background, over restarts');
  showText(stage, SCRIPT, '');
  const description = { sql: SCRIPT, name: 'route_months', session: { engine: 'batch' } };
  const job = await waitForJob(stage.server, await submitJob(stage.server, description, null), stage.io);
  if (job === null) return;
  if (job.error !== null) throw new PlatformError('ENGINE_FAILED', `the job failed with ${job.error.code}: ${job.error.message}`);
  showRows(
    stage,
    ['#', 'state', 'engine', '#rows', '#time', 'statement'],
    job.statements.map(({ statement, state, engine, rows, startedAtMs, endedAtMs, sql }) => [
      String(statement),
      state,
      engine ?? '',
      rows === 0 ? '' : rows.toLocaleString('en-US'),
      startedAtMs === null || endedAtMs === null ? '' : formatElapsed(endedAtMs - startedAtMs),
      sql,
    ]),
  );
  const { rows } = await askRows(
    stage.server,
    `SELECT month, count(*) AS routes, sum(flights) AS flights FROM route_months WHERE month >= DATE '2001-05-01' GROUP BY month ORDER BY month`,
  );
  showText(stage, '', 'Each month is a partition; only what a condition asks for is read:', '');
  showRows(
    stage,
    ['month', '#routes', '#flights'],
    rows.map((row) => [String(row['month']), String(row['routes']), String(row['flights'])]),
  );
}
