import { fileURLToPath } from 'node:url';
import { createLogger } from '../server/create-logger.ts';
import { composeStorage } from '../compose-platform.ts';
import type { Config } from '../config/config.ts';
import { readServerFile } from '../server/server-file.ts';
import { startServer } from '../server/start-server.ts';
import { type Command, type CommandIo, CONFIG_OPTIONS, EXIT } from './command.ts';
import { loadFile, type LoadRequest } from './load.ts';
import { readConfig } from './read-config.ts';
import { runStatement } from './run-statement.ts';
import { serveUntilStopped } from './serve.ts';

/** Statements that show what the platform does, each with the question that it answers. */
const STATEMENTS: readonly (readonly [string, string])[] = [
  [
    'Which airports send out the most flights, and how late?',
    `SELECT f.origin, a.name, a.state, count(*) AS flights, round(avg(f.delay), 1) AS average_delay
FROM flights f JOIN airports a ON a.iata = f.origin
GROUP BY f.origin, a.name, a.state ORDER BY flights DESC LIMIT 5`,
  ],
  [
    'The worst delays of the three longest routes, by a window',
    `SELECT origin, destination, distance, delay, rank() OVER (PARTITION BY origin, destination ORDER BY delay DESC) AS place
FROM flights WHERE distance > 4900 QUALIFY place = 1 ORDER BY distance DESC, delay DESC LIMIT 3`,
  ],
  [
    'How do delays grow over the day?',
    `SELECT extract(hour FROM date) AS hour, count(*) AS flights, round(avg(delay), 1) AS average_delay,
  quantile_cont(delay, 0.99) AS p99_delay
FROM flights GROUP BY ALL ORDER BY hour LIMIT 6 OFFSET 6`,
  ],
  ['What is behind a table?', 'DESCRIBE flights'],
  ['How will a statement be run?', 'EXPLAIN SELECT origin, count(*) FROM flights WHERE distance > 2000 GROUP BY origin'],
];

/** `trivium demo` */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'Load three million flights, answer a few questions, keep serving',
  usage: '[options]',
  options: {
    ...CONFIG_OPTIONS,
    host: { type: 'string', value: 'address', help: 'address to listen on (default: 127.0.0.1)' },
    port: { type: 'string', value: 'number', help: 'port to listen on (default: 8080)' },
    once: { type: 'boolean', help: 'end after the statements' },
  },
  examples: ['trivium demo', 'trivium demo --once'],
  run: async (call, io) => {
    const { config } = readConfig(call, io);
    await loadTables(config, io);
    await showStatements(config, io);
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

async function showStatements(config: Config, io: CommandIo): Promise<void> {
  const server = await startServer({ ...config, http: { ...config.http, host: '127.0.0.1', port: 0 }, log: { level: 'error' } });
  try {
    const layout = { widthMax: io.stdout.isTTY ? io.stdout.columns : 120, rowsMax: 40 };
    for (const [question, sql] of STATEMENTS) {
      io.stdout.write(`\n-- ${question}\n${sql};\n\n`);
      await runStatement(server, { sql, session: {}, format: 'table', layout, summary: true }, { ...io, stderr: io.stdout });
    }
  } finally {
    await server.stop(5000);
  }
}
