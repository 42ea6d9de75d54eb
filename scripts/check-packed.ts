import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { assert, PlatformError } from '../spi/index.ts';

/** Packs the product, installs it in an empty folder as a user would, and checks that it serves, answers, runs the demo and stops when told. */
const folder = mkdtempSync(join(tmpdir(), 'trivium-packed-'));
const bin = join(folder, 'node_modules', '.bin', 'trivium');
try {
  install();
  await serveAndAsk();
  runDemo();
  process.stdout.write('The packed product installs, serves, answers, runs the demo and stops.\n');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function install(): void {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { encoding: 'utf8' }).trim();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', resolve(folder, packed.split('\n').at(-1) ?? '')], {
    cwd: folder,
    stdio: 'inherit',
  });
}

async function serveAndAsk(): Promise<void> {
  const server = spawn(bin, ['serve', '--port', '0', '--data', 'data'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  try {
    const url = await listeningUrl(server);
    const token = readFileSync(join(folder, 'data', 'token'), 'utf8').trim();
    const response = await fetch(`${url}/v1/sql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sql: 'SELECT 6 * 7 AS answer' }),
    });
    const answer = (await response.json()) as { data?: unknown };
    assert(JSON.stringify(answer.data) === '[[42]]', `the server answered ${JSON.stringify(answer)}`);
    const shown = execFileSync(bin, ['sql', 'SELECT 6 * 7 AS answer', '--format', 'csv', '--data', 'data'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert(shown.trim().endsWith('42'), `trivium sql wrote ${shown}`);
  } finally {
    server.kill('SIGTERM');
  }
  const [code] = (await exited) as [number | null];
  assert(code === 0, `the server ended with ${String(code)} after SIGTERM`);
}

async function listeningUrl(server: ChildProcess): Promise<string> {
  assert(server.stdout !== null, 'the server has a standard output');
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /listens at (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new PlatformError('INTERNAL_UNAVAILABLE', 'The server ended before it listened.');
}

function runDemo(): void {
  execFileSync(bin, ['demo', '--once', '--data', 'demo-data'], { cwd: folder, stdio: 'inherit' });
}
