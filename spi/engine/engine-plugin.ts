import type { TableSource } from '../catalog/table-source.ts';
import type { Engine } from './engine.ts';

/** The version of this contract. Plugins name a range of it in `EnginePlugin.spi`. */
export const SPI_VERSION = '1.2.0';

/** A JSON Schema for a plugin's configuration: an object schema whose keys are all named. */
export interface ConfigSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, ConfigProperty>>;
  readonly required?: readonly string[];
}

/** One key of a configuration. */
export interface ConfigProperty {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly description: string;
  readonly default?: string | number | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  /** True when the value must never be shown or logged. */
  readonly secret?: boolean;
}

/** Writes structured log lines. Fields never carry secrets or rows. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** All that an engine gets from outside. */
export interface EngineHost {
  readonly tables: TableSource;
  readonly log: Logger;
  /** A directory for temporary files, the engine's own, emptied at start. */
  readonly spoolDirectory: string;
  /** The directory below which the splits of tables lie that this platform wrote. */
  readonly dataDirectory: string;
  /** Directories outside of it in which tables have files that other programs wrote: they are read, and nothing is written there. None when left out. */
  readonly foreignDirectories?: readonly string[];
}

/** What a plugin's module exports by default. */
export interface EnginePlugin {
  /** Lower-case name by which statements and configuration call it. */
  readonly name: string;
  readonly version: string;
  /** Semver range of SPI versions that it works with. */
  readonly spi: string;
  /** Unknown keys are refused before `create` is called; defaults are filled in. */
  readonly configSchema: ConfigSchema;
  create(config: Readonly<Record<string, string | number | boolean>>, host: EngineHost): Promise<Engine>;
}
