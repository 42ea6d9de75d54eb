import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSources } from '../support/compile-sources.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const MAIN = join(compileSources(), 'dist/cli/main.js');
const HELLO = join(compileSources(), 'dist/examples/hello-engine/index.js');

let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-engines-'));
  writeFileSync(join(folder, 'trivium.yaml'), `engines:\n  - module: olap\n  - module: stream\n  - module: ${HELLO}\n`);
  writeFileSync(join(folder, 'trips.csv'), 'place,delay\nRome,5\nOslo,-3\nRome,\nOslo,9\nBern,0\n');
  execFileSync(process.execPath, [MAIN, 'load', 'trips.csv'], { cwd: folder });
  server = await startServerProcess({
    dataDirectory: join(folder, 'trivium-data'),
    config: join(folder, 'trivium.yaml'),
  });
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(sql: string): Promise<{ readonly engine?: string; readonly data?: unknown; readonly code?: string }> {
  const response = await server.sql(sql);
  return (await response.json()) as { engine?: string; data?: unknown; code?: string };
}

describe('engines over the same table', () => {
  it.each(['olap', 'stream'])('%s answers the same groups', async (engine) => {
    const answer = await ask(
      `SELECT /*+ ENGINE(${engine}) */ place, count(*), count(delay), sum(delay), avg(delay) FROM trips WHERE place <> 'Bern' GROUP BY place ORDER BY place`,
    );
    expect(answer).toMatchObject({
      engine,
      data: [
        ['Oslo', 2, 2, 6, 3],
        ['Rome', 2, 1, 5, 5],
      ],
    });
  });

  it.each(['olap', 'stream', 'hello'])('%s counts and sums what a condition keeps', async (engine) => {
    const answer = await ask(`SELECT /*+ ENGINE(${engine}) */ count(*), sum(delay) FROM trips WHERE delay > 0`);
    expect(answer).toMatchObject({ engine, data: [[2, 14]] });
  });

  it.each(['olap', 'stream'])('%s calls a sum that leaves its range an overflow', async (engine) => {
    const sql = `SELECT /*+ ENGINE(${engine}) */ sum(x) FROM (SELECT 9223372036854775807 AS x FROM trips) t`;
    expect(await ask(sql)).toMatchObject({ code: 'SQL_OVERFLOW' });
  });

  it('an engine refuses what it does not declare, and says what', async () => {
    const answer = await ask('SELECT /*+ ENGINE(hello) */ place, count(*) FROM trips GROUP BY place ORDER BY place');
    expect(answer).toMatchObject({ code: 'ENGINE_REFUSED' });
  });
});
