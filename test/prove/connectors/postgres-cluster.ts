import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PlatformError } from '../../../spi/index.ts';

/** A PostgreSQL server of its own, in a temporary folder, reached by a socket there. */
export interface PostgresCluster {
  /** Folder of the socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Runs statements by psql, which stops at the first error; returns what it prints, without headings. */
  psql(sql: string): string;
  /** The same, while this process goes on. */
  psqlMeanwhile(sql: string): Promise<string>;
  /** What the server has logged. */
  log(): string;
  stop(): Promise<void>;
}

/** Id of the user `nobody`: the server refuses to run as root. */
const NOBODY = 65_534;

/** Starts a server.
 *  @throws REQUEST_NOT_FOUND where PostgreSQL is not installed */
export async function startPostgresCluster(): Promise<PostgresCluster> {
  const programs = findPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const asUser = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if ('uid' in asUser) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const environment = { ...process.env, HOME: folder, LC_ALL: 'C.UTF-8' };
  const run = { ...asUser, env: environment, cwd: folder, stdio: 'pipe' as const };
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--no-sync'], run);
  const settings = ['listen_addresses=', 'log_statement=all', 'fsync=off', 'max_connections=40', 'log_min_duration_statement=-1'];
  const logFile = join(folder, 'server.log');
  const shell = `exec "$0" "$@" >> ${logFile} 2>&1`;
  const options = settings.flatMap((setting) => ['-c', setting]);
  const server = spawn('/bin/sh', ['-c', shell, join(programs, 'postgres'), '-D', data, '-k', folder, ...options], {
    ...run,
    stdio: 'ignore',
  });
  const place = ['-h', folder, '-U', 'owner', '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', '-qAtX'];
  const psql = (sql: string): string =>
    execFileSync('psql', place, { input: sql, encoding: 'utf8', env: environment, maxBuffer: 2 ** 28 }).trimEnd();
  for (let attempt = 0; ; attempt += 1) {
    try {
      psql('SELECT 1');
      break;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(200);
    }
  }
  return {
    host: folder,
    port: 5432,
    user: 'owner',
    database: 'postgres',
    psql,
    psqlMeanwhile: async (sql) =>
      (await promisify(execFile)('psql', [...place, '-c', sql], { encoding: 'utf8', env: environment })).stdout.trimEnd(),
    log: () => readFileSync(logFile, 'utf8'),
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian keeps the server's programs beside the path, in a folder for each version. */
function findPrograms(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  const found = [...versions.sort().reverse(), ...(process.env['PATH'] ?? '').split(delimiter)].find((path) =>
    existsSync(join(path, 'initdb')),
  );
  if (found !== undefined) return found;
  throw new PlatformError('REQUEST_NOT_FOUND', 'PostgreSQL is not installed: no initdb.', { hint: 'apt-get install postgresql' });
}
