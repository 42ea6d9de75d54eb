import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../spi/index.ts';
import { callServer, sendStatement } from '../../client/index.ts';
import { askRows } from './ask-rows.ts';
import { type Stage, showHeading, showRows, showText } from './stage.ts';

const VIEW = `CREATE MATERIALIZED VIEW departures_by_hour AS
SELECT window_start, count(*) AS flights, sum(delay) AS delay, max(delay) AS worst
FROM TABLE(TUMBLE(TABLE departures, DESCRIPTOR(date), INTERVAL '1' HOUR))
GROUP BY window_start`;

const TABLE = `CREATE TABLE departures (origin varchar, date timestamp, delay bigint,
  WATERMARK FOR date AS date - INTERVAL '30' MINUTE)`;

/** The day that is replayed, cut into parts of six hours. */
const DAY = '2001-06-29';
const PARTS = [0, 6, 12, 18];

/** Units: milliseconds between two looks, and until a view must have caught up. */
const POLL_MS = 50;
const CATCH_UP_TIMEOUT_MS = 30_000;

/** Replays a day of flights through the ingest endpoint into a materialized view, and compares the view with the query. */
export async function showStream(stage: Stage): Promise<void> {
  showHeading(stage, 'A materialized view that stays fresh');
  for (const sql of ['DROP MATERIALIZED VIEW IF EXISTS departures_by_hour', 'DROP TABLE IF EXISTS departures'])
    await askRows(stage.server, sql);
  for (const sql of [TABLE, VIEW]) {
    showText(stage, `${sql};`, '');
    await askRows(stage.server, sql);
  }
  const replayed: string[][] = [];
  let total = 0;
  for (const hour of PARTS) {
    const [row, sent] = await replayPart(stage, hour, total);
    replayed.push(row);
    total += sent;
  }
  showText(stage, `Flights of ${DAY} arrive at POST /v1/tables/main/departures/rows, six hours at a time:`, '');
  showRows(stage, ['sent', '#flights', '#hours in the view', '#of them final'], replayed);
  await compareView(stage);
  await sendLateFlight(stage, total);
}

async function replayPart(stage: Stage, hour: number, sentBefore: number): Promise<readonly [string[], number]> {
  const from = `TIMESTAMP '${DAY} ${String(hour).padStart(2, '0')}:00:00'`;
  const sql = `SELECT origin, date, delay FROM flights WHERE date >= ${from} AND date < ${from} + INTERVAL '6' HOUR`;
  const { body } = await sendStatement(stage.server, { sql, session: {}, format: 'ndjson' });
  const sent = await sendFlights(stage, await text(body));
  await catchUp(stage, sentBefore + sent);
  const { rows } = await askRows(
    stage.server,
    `SELECT count(*) AS hours, count_if(window_start + INTERVAL '1' HOUR <= CAST(s.watermark AS timestamp)) AS closed
FROM departures_by_hour CROSS JOIN (SELECT watermark FROM system.streams WHERE name = 'main.departures_by_hour') s`,
  );
  const [row = {}] = rows;
  const hours = `${String(hour).padStart(2, '0')}:00 to ${String(hour + 6).padStart(2, '0')}:00`;
  return [[hours, sent.toLocaleString('en-US'), String(row['hours']), String(row['closed'])], sent];
}

async function sendFlights(stage: Stage, lines: string): Promise<number> {
  const response = await callServer(stage.server, '/v1/tables/main/departures/rows', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines,
  });
  return ((await response.json()) as { readonly rows: number }).rows;
}

/** Waits until so many rows are counted by the view or kept as late. @throws RESOURCE_DEADLINE, ENGINE_FAILED */
async function catchUp(stage: Stage, rowsSent: number): Promise<void> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < CATCH_UP_TIMEOUT_MS) {
    const { rows } = await askRows(
      stage.server,
      `SELECT state, error, (SELECT sum(flights) FROM departures_by_hour) AS counted, (SELECT count(*) FROM departures_by_hour_late) AS late
FROM system.streams WHERE name = 'main.departures_by_hour'`,
    );
    const [stream = {}] = rows;
    if (stream['state'] === 'failed') throw new PlatformError('ENGINE_FAILED', `the view has failed: ${String(stream['error'])}`);
    if (Number(stream['counted']) + Number(stream['late']) === rowsSent) return;
    await sleep(POLL_MS);
  }
  throw new PlatformError('RESOURCE_DEADLINE', 'the view did not catch up in time');
}

async function compareView(stage: Stage): Promise<void> {
  const columns = 'window_start, flights, delay, worst';
  const view = await askRows(stage.server, `SELECT ${columns} FROM departures_by_hour ORDER BY window_start`);
  const query = await askRows(
    stage.server,
    `SELECT date_trunc('hour', date) AS window_start, count(*) AS flights, sum(delay) AS delay, max(delay) AS worst
FROM departures GROUP BY ALL ORDER BY window_start`,
  );
  showText(stage, '', 'SELECT * FROM departures_by_hour ORDER BY flights DESC LIMIT 3;', '');
  const busiest = [...view.rows].sort((left, right) => Number(right['flights']) - Number(left['flights'])).slice(0, 3);
  showRows(
    stage,
    ['window_start', '#flights', '#delay', '#worst'],
    busiest.map((row) => columns.split(', ').map((name) => String(row[name]))),
  );
  if (view.lines !== query.lines) throw new PlatformError('INTERNAL_INVARIANT', 'the view differs from its query');
  showText(stage, '', `All ${String(view.rows.length)} hours are what engine ${String(query.engine)} computes from the table itself.`);
}

async function sendLateFlight(stage: Stage, sentBefore: number): Promise<void> {
  await sendFlights(stage, `${JSON.stringify({ origin: 'SFO', date: `${DAY}T00:30:00`, delay: 1440 })}\n`);
  await catchUp(stage, sentBefore + 1);
  const { rows } = await askRows(stage.server, 'SELECT count(*) AS late FROM departures_by_hour_late');
  const late = String(rows[0]?.['late']);
  showText(stage, `A flight of 00:30 that comes a day late: ${late} row in departures_by_hour_late, no closed hour changed.`);
}
