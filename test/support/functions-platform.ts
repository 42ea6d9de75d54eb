import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { composePlatform } from '../../cli/compose-platform.ts';
import { loadConfig } from '../../cli/config/load-config.ts';
import { postStatement, type StatementAnswer } from './post-statement.ts';
import { createSilentLog } from './silent-log.ts';

/** A server in this process, put together from a configuration file. */
export interface FunctionsPlatform {
  ask(sql: string, body?: object): Promise<StatementAnswer>;
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
    ask: (sql, body) => postStatement(url, sql, body),
    close: async () => {
      await platform.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
