// In a package of your own this line reads: import type { EnginePlugin } from 'trivium/spi';
import type { EnginePlugin } from '../../spi/index.ts';
import { createHelloEngine } from './hello-engine.ts';

/** The plugin: what the module exports by default. The platform checks `spi` and the configuration before it calls `create`. */
export const helloPlugin: EnginePlugin = {
  name: 'hello',
  version: '0.1.0',
  spi: '^1.0.0',
  configSchema: {
    type: 'object',
    properties: {
      batchRows: { type: 'integer', minimum: 1, default: 8192, description: 'Rows of a record batch of the result.' },
    },
  },
  create: (config, host) => Promise.resolve(createHelloEngine(Number(config['batchRows'] ?? 8192), host)),
};
