import type { EnginePlugin } from '../../spi/index.ts';
import { BATCH_CONFIG_SCHEMA, batchConfig } from './batch-config.ts';
import { createBatchEngine } from './batch-engine.ts';

/** The batch engine: statements as stages of tasks in executor processes, with finished tasks kept on disk. */
export const batchPlugin: EnginePlugin = {
  name: 'batch',
  version: '0.1.0',
  spi: '^1.1.0',
  configSchema: BATCH_CONFIG_SCHEMA,
  create: (config, host) => createBatchEngine(batchConfig(config), host),
};
