import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../client/index.ts';
import { PlatformError } from '../../spi/index.ts';
import { compileSources } from '../support/compile-sources.ts';
import { startMemoryGateway, TOKEN } from '../support/memory-gateway.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { copyTlsFiles, type TlsTestFiles } from '../support/tls-files.ts';

const MAIN = join(compileSources(), 'dist/cli/main.js');

let folder: string;
let server: ServerProcess;
let first: TlsTestFiles;
let second: TlsTestFiles;
/** The address by the name that stands in the certificate; the server tells the number. */
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-https-'));
  first = copyTlsFiles(folder, 'one');
  second = copyTlsFiles(folder, 'other');
  putInPlace(first);
  const settings = [`http.tls.certificateFile=${join(folder, 'server.pem')}`, `http.tls.keyFile=${join(folder, 'server.key')}`];
  server = await startServerProcess({ dataDirectory: join(folder, 'data'), settings });
  url = `https://localhost:${String(server.port)}`;
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function putInPlace({ certificateFile, keyFile }: TlsTestFiles): void {
  copyFileSync(certificateFile, join(folder, 'server.pem'));
  copyFileSync(keyFile, join(folder, 'server.key'));
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const trivium = (words: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: tmpdir(), ...environment };
    execFile(process.execPath, [MAIN, ...words], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });

const ca = (files: TlsTestFiles): string => readFileSync(files.caFile, 'utf8');

const firstNumber = async (files: TlsTestFiles): Promise<unknown> =>
  (await connect({ url, token: server.token, ca: ca(files), retriesMax: 0 }).query('SELECT 42 AS n')).rows();

async function handshake(options: object = {}): Promise<TLSSocket> {
  const socket = connectTls({ port: server.port, servername: 'localhost', ca: ca(first), ...options });
  await once(socket, 'secureConnect');
  return socket;
}

describe('a server with a certificate', { timeout: 60_000 }, () => {
  it('speaks https to a client that trusts its authority, and to no other', async () => {
    expect(server.url).toMatch(/^https:/);
    expect(await firstNumber(first)).toEqual([{ n: 42 }]);
    const untrusted = { code: 'INTERNAL_UNAVAILABLE', message: expect.stringContaining('is not trusted') as string };
    await expect(firstNumber(second)).rejects.toMatchObject(untrusted);
    await expect(connect({ url, token: server.token }).query('SELECT 1')).rejects.toMatchObject(untrusted);
  });

  it('does not answer http', async () => {
    await expect(fetch(`http://localhost:${String(server.port)}/healthz`)).rejects.toThrow();
  });

  it('refuses TLS below 1.2', async () => {
    (await handshake({ maxVersion: 'TLSv1.2' })).destroy();
    await expect(handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow(
      /alert protocol version/,
    );
  });

  it('is found by the commands on its machine, whatever name its certificate has', async () => {
    const { code, stdout, stderr } = await trivium(['sql', '--data', join(folder, 'data'), '--format', 'csv', 'SELECT 7 AS n']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'n\r\n7\r\n', stderr: '' });
  });

  it('is asked from elsewhere with --ca-file or TRIVIUM_CA_FILE', async () => {
    const words = ['sql', '--url', url, '--token', server.token, '--format', 'csv', 'SELECT 8 AS n'];
    const refused = await trivium(words);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--ca-file');
    expect((await trivium([...words, '--ca-file', first.caFile])).stdout).toBe('n\r\n8\r\n');
    expect((await trivium(words, { TRIVIUM_CA_FILE: first.caFile })).stdout).toBe('n\r\n8\r\n');
    expect(await trivium(words, { TRIVIUM_CA_FILE: 'none.pem' })).toMatchObject({ code: 2, stdout: '' });
  });

  it('keeps its certificate on SIGHUP while the new one does not hold, then takes it without dropping a connection', async () => {
    const standing = await handshake();
    copyFileSync(second.certificateFile, join(folder, 'server.pem'));
    process.kill(server.pid, 'SIGHUP');
    await settle(async () => (await firstNumber(first)) !== undefined);
    putInPlace(second);
    process.kill(server.pid, 'SIGHUP');
    await settle(async () => (await firstNumber(second)) !== undefined);
    await expect(firstNumber(first)).rejects.toMatchObject({ code: 'INTERNAL_UNAVAILABLE' });
    standing.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
    expect(String(((await once(standing, 'data')) as [Buffer])[0])).toContain('200 OK');
    standing.destroy();
    await expect(handshake()).rejects.toThrow();
    expect((await trivium(['sql', '--data', join(folder, 'data'), '--format', 'csv', 'SELECT 9 AS n'])).stdout).toBe('n\r\n9\r\n');
  });

  it('is checked by `trivium config check`', async () => {
    const words = ['config', 'check', '--set', `http.tls.certificateFile=${first.certificateFile}`, '--set'];
    expect(await trivium([...words, `http.tls.keyFile=${first.keyFile}`])).toMatchObject({ code: 0 });
    const wrong = await trivium([...words, `http.tls.keyFile=${second.keyFile}`]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain(second.keyFile);
  });
});

/** Asks until the answer is yes: a signal is handled some time later. */
async function settle(isSo: () => Promise<boolean>): Promise<void> {
  await expect.poll(() => isSo().catch(() => false), { timeout: 20_000 }).toBe(true);
}

describe('a result over https', () => {
  it.each([false, true])('that fails in the middle breaks the connection (compressed: %s)', async (compress) => {
    const lost = new PlatformError('ENGINE_LOST', 'the engine is gone');
    const tls = { certificate: readFileSync(first.certificateFile, 'utf8'), key: readFileSync(first.keyFile, 'utf8') };
    const gateway = await startMemoryGateway([{ batchRows: 5000, streamError: { afterBatches: 4, error: lost } }], {}, { tls });
    try {
      const client = connect({ url: `https://localhost:${String(gateway.port)}`, token: TOKEN, ca: ca(first), retriesMax: 0, compress });
      const result = await client.query('SELECT g FROM generate_series(1, 100000) AS s(g)');
      await expect(result.rows()).rejects.toMatchObject({ code: 'ENGINE_LOST' });
    } finally {
      await gateway.close();
    }
  });

  it('is not waited for by a stranger who sends half a handshake', async () => {
    const socket = createConnection({ port: server.port });
    await once(socket, 'connect');
    socket.write(Buffer.from([0x16, 0x03, 0x01]));
    expect(await firstNumber(second)).toEqual([{ n: 42 }]);
    socket.destroy();
  });
});
