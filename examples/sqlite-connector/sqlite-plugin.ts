// In a package of your own this line reads: import type { ConnectorPlugin } from 'trivium/spi';
import type { ConnectorPlugin } from '../../spi/index.ts';
import { SqliteConnector } from './sqlite-connector.ts';

/** The plugin: what the module exports by default. */
export const sqlitePlugin: ConnectorPlugin = {
  kind: 'connector',
  name: 'sqlite',
  version: '0.1.0',
  spi: '^1.2.0',
  configSchema: {
    type: 'object',
    required: ['file'],
    properties: { file: { type: 'string', description: 'Path of the database file.' } },
  },
  create: (config, { catalog }) => Promise.resolve(new SqliteConnector(String(config['file']), catalog)),
};
