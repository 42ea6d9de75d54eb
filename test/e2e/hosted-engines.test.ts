import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSources } from '../support/compile-sources.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const HELLO = join(compileSources(), 'dist/examples/hello-engine/index.js');

let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-hosted-'));
  const engines = ['- { module: olap, host: process }', '- { module: stream, host: process }', `- { module: ${HELLO}, host: worker }`];
  writeFileSync(join(folder, 'trivium.yaml'), `engines:\n  ${engines.join('\n  ')}\n`);
  server = await startServerProcess({ dataDirectory: join(folder, 'data'), config: join(folder, 'trivium.yaml') });
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(sql: string): Promise<{ readonly engine?: string; readonly data?: unknown; readonly code?: string }> {
  const response = await server.sql(sql);
  return (await response.json()) as { engine?: string; data?: unknown; code?: string };
}

describe('a server whose engines all run outside of it', () => {
  it('writes and reads tables', async () => {
    const made = await ask(
      "CREATE TABLE trips AS SELECT n, CASE WHEN n % 2 = 0 THEN 'Rome' ELSE 'Oslo' END AS place FROM generate_series(1, 100) AS s(n)",
    );
    expect(made.code).toBeUndefined();
    const groups = 'place, count(*), sum(n) FROM trips GROUP BY place ORDER BY place';
    for (const engine of ['olap', 'stream']) {
      expect(await ask(`SELECT /*+ ENGINE(${engine}) */ ${groups}`)).toMatchObject({
        engine,
        data: [
          ['Oslo', 50, 2500],
          ['Rome', 50, 2550],
        ],
      });
    }
    expect(await ask('SELECT /*+ ENGINE(hello) */ count(*) FROM trips WHERE n > 90')).toMatchObject({ engine: 'hello', data: [[10]] });
  });

  it('keeps materialized views fresh', async () => {
    expect(
      (await ask('CREATE MATERIALIZED VIEW totals AS SELECT place, count(*) AS trips FROM trips GROUP BY place')).code,
    ).toBeUndefined();
    expect((await ask("INSERT INTO trips VALUES (101, 'Bern')")).code).toBeUndefined();
    const view = (): Promise<unknown> => ask('SELECT /*+ NO_CACHE */ place, trips FROM totals ORDER BY place').then(({ data }) => data);
    await expect.poll(view, { timeout: 30_000, interval: 500 }).toEqual([
      ['Bern', 1],
      ['Oslo', 50],
      ['Rome', 50],
    ]);
  }, 60_000);

  it('tells where they run', async () => {
    const { engines } = (await (await server.call('/v1/engines')).json()) as {
      readonly engines: readonly { readonly name: string; readonly health: { readonly ready: boolean; readonly details: object } }[];
    };
    expect(engines.map(({ name, health }) => [name, health.ready, health.details])).toMatchObject([
      ['olap', true, { host: 'process', memoryMb: 1024, restarts: 0 }],
      ['stream', true, { host: 'process' }],
      ['hello', true, { host: 'worker', heapMbMax: 1024 }],
    ]);
  });
});
