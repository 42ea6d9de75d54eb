import type { EnginePlugin } from '../../spi/index.ts';
import { STREAM_CONFIG_SCHEMA, streamConfig } from './stream-config.ts';
import { createStreamEngine } from './stream-engine.ts';

/** The stream engine: incremental dataflows over typed arrays in child processes. */
export const streamPlugin: EnginePlugin = {
  name: 'stream',
  version: '0.1.0',
  spi: '^1.0.0',
  configSchema: STREAM_CONFIG_SCHEMA,
  create: (config, host) => Promise.resolve(createStreamEngine(streamConfig(config), host)),
};
