// In a package of your own this line reads: import type { ConnectorPlugin } from 'trivium/spi';
import type { ConnectorPlugin } from '../../spi/index.ts';
import { createPostgresConnector } from './postgres-connector.ts';

/** The plugin: what the module exports by default. */
export const postgresPlugin: ConnectorPlugin = {
  kind: 'connector',
  name: 'postgres',
  version: '0.1.0',
  spi: '^1.2.0',
  configSchema: {
    type: 'object',
    required: ['host', 'database', 'user'],
    properties: {
      host: { type: 'string', description: 'Host name, or the folder of a Unix socket.' },
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 5432, description: 'Port of the server.' },
      database: { type: 'string', description: 'Name of the database.' },
      user: { type: 'string', description: 'Who connects; his privileges decide what is seen.' },
      password: { type: 'string', description: 'His password.', secret: true },
      connections: { type: 'integer', minimum: 3, maximum: 100, default: 10, description: 'Connections at the same time.' },
      splits: { type: 'integer', minimum: 1, maximum: 64, default: 4, description: 'Pieces in which a big table is read.' },
    },
  },
  create: (config, host) => Promise.resolve(createPostgresConnector(config, host)),
};
