import type { ConfigSchema, Logger } from '../engine/engine-plugin.ts';
import type { Connector } from './connector.ts';

/** All that a connector gets from outside. */
export interface ConnectorHost {
  /** The name under which statements find its tables: the first part of `catalog.schema.table`. */
  readonly catalog: string;
  readonly log: Logger;
}

/** What a connector's module exports by default. */
export interface ConnectorPlugin {
  /** Tells a connector from an engine. */
  readonly kind: 'connector';
  /** Lower-case name of what it connects to, such as `postgres`. */
  readonly name: string;
  readonly version: string;
  /** Semver range of SPI versions that it works with; `connector` is there since 1.2.0. */
  readonly spi: string;
  /** Unknown keys are refused before `create` is called; defaults are filled in. Values of keys marked as secret are never repeated. */
  readonly configSchema: ConfigSchema;
  /** Called once for each catalog that the configuration names. A database that does not answer is not a reason to fail here: the other tables are to be
   *  read all the same. */
  create(config: Readonly<Record<string, string | number | boolean>>, host: ConnectorHost): Promise<Connector>;
}
