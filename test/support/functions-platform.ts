import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { composePlatform } from '../../cli/compose-platform.ts';
import { loadConfig } from '../../cli/config/load-config.ts';
import { createSilentLog } from './silent-log.ts';

/** An answer, or an error. */
export interface FunctionAnswer {
  readonly status: number;
  readonly engine?: string | null;
  readonly data?: readonly (readonly unknown[])[];
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly cache?: string;
}

/** A server in this process, put together from a configuration file. */
export interface FunctionsPlatform {
  ask(sql: string, body?: object): Promise<FunctionAnswer>;
  close(): Promise<void>;
}

/** Starts a server on a free port, in a new folder. */
export async function startFunctionsPlatform(content: Readonly<Record<string, unknown>>): Promise<FunctionsPlatform> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'functions-')));
  const file = join(root, 'trivium.yaml');
  writeFileSync(file, stringify({ data: { directory: join(root, 'data') }, http: { port: 0 }, auth: { mode: 'none' }, ...content }));
  const { config } = loadConfig({ file, environment: {}, flags: [], workingDirectory: root });
  const platform = await composePlatform({ config, token: null, tls: null }, createSilentLog(), { resumeJobs: false });
  await platform.gateway.listen();
  const { url } = platform.gateway.address;
  return {
    ask: async (sql, body = {}) => {
      const response = await fetch(`${url}/v1/sql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-trivium-client': 'test' },
        body: JSON.stringify({ sql, ...body }),
      });
      const answer = (await response.json()) as FunctionAnswer;
      return { ...answer, status: response.status };
    },
    close: async () => {
      await platform.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
