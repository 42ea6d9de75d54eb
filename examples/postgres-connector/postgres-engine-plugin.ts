// In a package of your own this line reads: import type { EnginePlugin } from 'trivium/spi';
import type { EnginePlugin } from '../../spi/index.ts';
import { createPostgresEngine } from './postgres-engine.ts';
import { postgresPlugin } from './postgres-plugin.ts';

const { host, port, database, user, password } = postgresPlugin.configSchema.properties;

/** The engine: what `trivium-postgres-connector/engine` exports by default. */
export const postgresEnginePlugin: EnginePlugin = {
  name: 'postgres',
  version: '0.1.0',
  spi: '^1.2.0',
  configSchema: {
    type: 'object',
    required: ['catalog', 'host', 'database', 'user'],
    properties: {
      catalog: { type: 'string', description: 'Name of the catalog of the same database under connectors.' },
      ...{ host, port, database, user, password },
      connections: { type: 'integer', minimum: 1, maximum: 100, default: 4, description: 'Statements at the same time.' },
    } as EnginePlugin['configSchema']['properties'],
  },
  create: (config, engineHost) => Promise.resolve(createPostgresEngine(config, engineHost)),
};
