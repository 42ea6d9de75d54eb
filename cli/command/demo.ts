import { fileURLToPath } from 'node:url';
import { showAgreement } from '../demo/show-agreement.ts';
import { showJob } from '../demo/show-job.ts';
import { showRoutes } from '../demo/show-routes.ts';
import { showStatements } from '../demo/show-statements.ts';
import { showStream } from '../demo/show-stream.ts';
import { createLogger } from '../server/create-logger.ts';
import { composeStorage } from '../compose-platform.ts';
import type { Config } from '../config/config.ts';
import { embeddedConfig } from '../server/connect-server.ts';
import { readServerFile } from '../server/server-file.ts';
import { startServer } from '../server/start-server.ts';
import { type Command, type CommandIo, CONFIG_OPTIONS, EXIT } from './command.ts';
import { loadFile, type LoadRequest } from './load.ts';
import { readConfig } from './read-config.ts';
import { serveUntilStopped } from './serve.ts';

/** `trivium demo` */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'Load three million flights, show questions, jobs, streams and routing, keep serving',
  usage: '[options]',
  options: {
    ...CONFIG_OPTIONS,
    host: { type: 'string', value: 'address', help: 'address to listen on (default: 127.0.0.1)' },
    port: { type: 'string', value: 'number', help: 'port to listen on (default: 8080)' },
    once: { type: 'boolean', help: 'end after the show' },
  },
  examples: ['trivium demo', 'trivium demo --once'],
  run: async (call, io) => {
    const { config } = readConfig(call, io);
    await loadTables(config, io);
    await playChapters(config, io);
    if (call.options['once'] === true) return EXIT.done;
    if (readServerFile(config.data.directory) !== null) return EXIT.done;
    io.stdout.write(`\nAsk your own questions: in another terminal, trivium sql\n`);
    await serveUntilStopped(config, io);
    return EXIT.done;
  },
};

/** Real data that comes with the package `vega-datasets`: flights of January to June 2001, and the airports of the United States. */
function demoFiles(): readonly LoadRequest[] {
  const file = (name: string): string => fileURLToPath(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')));
  const common = { options: {}, mode: 'create' } as const;
  return [
    { ...common, path: file('flights-3m.parquet'), format: 'parquet', table: { schema: 'main', name: 'flights' } },
    { ...common, path: file('airports.csv'), format: 'csv', table: { schema: 'main', name: 'airports' } },
  ];
}

async function loadTables(config: Config, io: CommandIo): Promise<void> {
  const storage = await composeStorage(config, createLogger('error'));
  try {
    for (const request of demoFiles()) {
      const found = await storage.warehouse.catalog.resolve(request.table);
      if (found === null) await loadFile(storage, request, io);
      else io.stdout.write(`Table ${request.table.schema}.${request.table.name} is there already.\n`);
    }
  } finally {
    await storage.close();
  }
}

/** Plays on one server that ends with the show; what it made stays in the data directory. */
async function playChapters(config: Config, io: CommandIo): Promise<void> {
  const server = await startServer(embeddedConfig(config));
  try {
    const stage = { server, io, widthMax: io.stdout.isTTY ? io.stdout.columns : 100 };
    await showStatements(stage);
    await showJob(stage);
    await showStream(stage);
    await showAgreement(stage);
    await showRoutes(stage);
  } finally {
    await server.stop(5000);
  }
}
