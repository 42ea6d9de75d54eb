import type { EnginePlugin } from '../../spi/index.ts';
import { createOlapEngine } from './olap-engine.ts';
import { OLAP_CONFIG_SCHEMA, olapConfig } from './olap-config.ts';

/** The OLAP engine: DuckDB in child processes, one query each. */
export const olapPlugin: EnginePlugin = {
  name: 'olap',
  version: '0.1.0',
  spi: '^1.0.0',
  configSchema: OLAP_CONFIG_SCHEMA,
  create: (config, host) => createOlapEngine(olapConfig(config), host),
};
