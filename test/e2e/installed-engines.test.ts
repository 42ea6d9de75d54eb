import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSources } from '../support/compile-sources.ts';
import { type HelloVersion, makeHelloPackage } from '../support/hello-package.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const MAIN = join(compileSources(), 'dist/cli/main.js');

const COUNT = 'SELECT /*+ ENGINE(hello) NO_CACHE */ count(*) FROM trips';

let folder: string;
let server: ServerProcess;

const start = (): Promise<ServerProcess> => startServerProcess({ dataDirectory: join(folder, 'data') });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-installed-'));
  server = await start();
  await server.sql("CREATE TABLE trips AS SELECT n, repeat('x', 1000) AS pad FROM generate_series(1, 60000) AS s(n)");
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function engine(...words: readonly string[]): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'engine', ...words, '--data', 'data'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

const packageOf = (hello: HelloVersion): string => makeHelloPackage(join(folder, `hello-${hello.version}`), hello);

const broken = (text: string): string =>
  text.replace('function prepare(', 'function prepare() { throw new Error("not today"); }\nfunction unused(');

async function states(): Promise<readonly string[]> {
  const response = await server.sql("SELECT name, version, state FROM system.engines WHERE name = 'hello' ORDER BY version");
  return ((await response.json()) as { readonly data: readonly (readonly string[])[] }).data.map((row) => row.join(' '));
}

/** Runs a statement; returns what it answers, and which version of the engine did. */
async function ask(sql = COUNT): Promise<readonly unknown[]> {
  const response = await server.sql(sql);
  const queryId = response.headers.get('trivium-query-id') ?? '';
  const body = (await response.json()) as { readonly data?: unknown; readonly code?: string };
  const info = (await (await server.call(`/v1/queries/${queryId}`)).json()) as { readonly engineVersion?: string };
  return [body.data ?? body.code, info.engineVersion];
}

describe('an engine that is installed while the server runs', () => {
  it('is shown with what it may touch, and not installed unless somebody agrees', () => {
    const { code, output } = engine('install', packageOf({ version: '0.1.0' }));
    expect(code).not.toBe(0);
    expect(output).toContain('engine    hello');
    expect(output).toContain('declares  query');
    expect(output).toMatch(/^network {3}none/m);
    expect(output).toContain('--yes');
  });

  it('passes the first level of the kit and takes the next statement', async () => {
    const { code, output } = engine('install', 'hello-0.1.0', '--check', '--yes');
    expect(output).toContain('The engine hello 0.1.0 serves.');
    expect(code).toBe(0);
    expect(await ask()).toEqual([[[60_000]], '0.1.0']);
    expect(await states()).toContain('hello 0.1.0 serving');
  }, 120_000);

  it('does not take the place of one that is there', () => {
    const { code, output } = engine('install', packageOf({ version: '0.2.0' }), '--yes');
    expect([code, output]).toEqual([1, expect.stringContaining('ENGINE_EXISTS')]);
  });

  it('lets a statement end that runs when it is drained', async () => {
    // Compressed, the rows would fit between the server and its client, and the statement end with nobody reading them.
    const headers = { accept: 'application/x-ndjson', 'accept-encoding': 'identity', 'content-type': 'text/plain' };
    const body = 'SELECT /*+ ENGINE(hello) NO_CACHE */ n, pad FROM trips';
    const running = await server.call('/v1/sql', { method: 'POST', headers, body });
    expect(engine('drain', 'hello').output).toMatch(/^hello +0\.1\.0 +draining/m);
    expect((await ask())[0]).toBe('ENGINE_UNAVAILABLE');
    const lines = (await running.text()).trim().split('\n');
    expect(lines.filter((line) => line.includes('xxx'))).toHaveLength(60_000);
    await expect.poll(states, { timeout: 30_000 }).toEqual([]);
  }, 120_000);

  it('comes back with the server', async () => {
    await server.stop();
    server = await start();
    expect(await ask()).toEqual([[[60_000]], '0.1.0']);
  }, 120_000);

  it('runs as a canary beside the one of its name, and takes its place when promoted', async () => {
    expect(engine('install', 'hello-0.2.0', '--canary', '50%', '--yes').output).toContain('is a canary for 50%');
    const versions = new Set<unknown>();
    for (let run = 0; run < 16; run += 1) versions.add((await ask())[1]);
    expect([...versions].sort()).toEqual(['0.1.0', '0.2.0']);
    expect(engine('canary', 'hello', '100%').output).toMatch(/^hello +0\.2\.0 +canary 100%/m);
    expect(await ask()).toEqual([[[60_000]], '0.2.0']);
    expect(engine('promote', 'hello').code).toBe(0);
    await expect.poll(states, { timeout: 30_000 }).toEqual(['hello 0.2.0 serving']);
  }, 120_000);

  it('is answered for by the one that serves when the canary fails', async () => {
    expect(engine('install', packageOf({ version: '0.3.0', change: broken }), '--canary', '100', '--yes').code).toBe(0);
    expect(await ask()).toEqual([[[60_000]], '0.2.0']);
    expect(engine('remove', 'hello').output).toMatch(/^hello +0\.3\.0 +draining/m);
    await expect.poll(states, { timeout: 30_000 }).not.toContain('hello 0.3.0 draining');
    expect(await states()).toContain('hello 0.2.0 serving');
  }, 120_000);

  it('does not keep the server from starting when it cannot start itself, and says why', async () => {
    await server.stop();
    const plugins = join(folder, 'data/plugins');
    const [own = ''] = readdirSync(plugins).filter((name) => name.startsWith('hello-0.2.0'));
    writeFileSync(join(plugins, own, 'hello-plugin.js'), 'this is no module');
    server = await start();
    expect(await states()).toContain('hello 0.2.0 failed');
    expect((await ask())[0]).toBe('ENGINE_UNAVAILABLE');
    expect((await ask('SELECT count(*) FROM trips'))[0]).toEqual([[60_000]]);
    expect(engine('list').output).toMatch(/^hello +0\.2\.0 +failed +no .*The engine module/m);
  }, 120_000);

  it('is gone for good when it is removed', async () => {
    expect(engine('remove', 'hello').code).toBe(0);
    expect(await states()).toEqual([]);
    expect(JSON.parse(readFileSync(join(folder, 'data/plugins/installed.json'), 'utf8'))).toEqual({ version: 1, engines: [] });
    await expect.poll(() => readdirSync(join(folder, 'data/plugins')).filter((name) => name.startsWith('hello'))).toEqual([]);
  });

  it('leaves nothing behind when it cannot be installed', async () => {
    const odd = packageOf({ version: '0.4.0', change: (text) => text.replace("name: 'hello'", "name: 'other'") });
    expect(engine('install', odd, '--yes').output).toContain('SPI_INVALID_PLUGIN');
    expect(engine('remove', 'olap').output).toContain('ENGINE_EXISTS');
    expect(await states()).toEqual([]);
    expect(readdirSync(join(folder, 'data/plugins')).sort()).toEqual(['installed.json', 'node_modules']);
  }, 60_000);

  it('runs no script of the package', async () => {
    const path = join(folder, 'ran');
    const scripts = { preinstall: `touch ${path}`, postinstall: `touch ${path}` };
    const { output } = engine('install', packageOf({ version: '0.5.0', manifest: { scripts } }), '--yes');
    expect(output).toContain('Its installation scripts (preinstall, postinstall) are not run.');
    expect(await ask()).toEqual([[[60_000]], '0.5.0']);
    expect(existsSync(path)).toBe(false);
  }, 60_000);
});

describe('the endpoints for engines', () => {
  const post = (headers: Record<string, string>): Promise<Response> => server.call('/v1/engines/hello/drain', { method: 'POST', headers });

  it('are no web page’s, and no stranger’s', async () => {
    const refused = async (headers: Record<string, string>): Promise<unknown> =>
      ((await (await post(headers)).json()) as { code: string }).code;
    expect(await refused({ origin: server.url })).toBe('AUTH_ORIGIN');
    expect(await refused({ 'sec-fetch-site': 'same-origin' })).toBe('AUTH_ORIGIN');
    expect(await refused({ authorization: 'Bearer wrong' })).toBe('AUTH_REQUIRED');
    expect(await states()).toContain('hello 0.5.0 serving');
  });
});
