import type { EngineCapabilities, EngineHealth } from '../../spi/index.ts';
import { callServer } from '../../client/index.ts';
import { renderTable } from '../format/render-table.ts';
import { connectServer } from '../server/connect-server.ts';
import { type Command, CONFIG_OPTIONS, EXIT, textOption } from './command.ts';
import { readConfig } from './read-config.ts';

/** The part of `GET /v1/engines` that is shown. */
interface EngineList {
  readonly engines: readonly {
    readonly name: string;
    readonly version: string;
    readonly health: EngineHealth;
    readonly capabilities: EngineCapabilities;
  }[];
}

/** `trivium engines` */
export const enginesCommand: Command = {
  name: 'engines',
  summary: 'List the registered engines and their state',
  usage: '[options]',
  options: {
    ...CONFIG_OPTIONS,
    url: { type: 'string', value: 'address', help: 'server to ask' },
    token: { type: 'string', value: 'text', help: 'API token' },
  },
  examples: ['trivium engines'],
  run: async (call, io) => {
    const connection = await connectServer(readConfig(call, io).config, { url: textOption(call, 'url'), token: textOption(call, 'token') });
    try {
      const response = await callServer(connection.server, '/v1/engines', { method: 'GET' });
      const { engines } = (await response.json()) as EngineList;
      const columns = ['engine', 'version', 'ready', 'statements', 'functions', 'details'].map((name) => ({
        name,
        align: 'left' as const,
      }));
      const rows = engines.map(({ name, version, health, capabilities }) => [
        name,
        version,
        health.ready ? 'yes' : 'no',
        capabilities.statements.join(', '),
        capabilities.functions === 'all' ? 'all' : capabilities.functions.join(' '),
        Object.entries(health.details)
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(' '),
      ]);
      io.stdout.write(`${renderTable(columns, rows, { widthMax: io.stdout.isTTY ? io.stdout.columns : 160 }).join('\n')}\n`);
      return EXIT.done;
    } finally {
      await connection.close();
    }
  },
};
