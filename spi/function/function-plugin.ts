import type { ConfigSchema, Logger } from '../engine/engine-plugin.ts';
import type { PluginFunction } from './plugin-function.ts';

/** All that a set of functions gets from outside. */
export interface FunctionHost {
  /** What statements write before the name of each function: `namespace.name`. */
  readonly namespace: string;
  readonly log: Logger;
}

/** What the module of a set of functions exports by default. */
export interface FunctionPlugin {
  /** Tells it from engines and connectors. */
  readonly kind: 'functions';
  /** Lower-case name of the set. */
  readonly name: string;
  readonly version: string;
  /** Semver range of SPI versions that it works with; sets of functions are there since 1.2.0. */
  readonly spi: string;
  /** Unknown keys are refused before `create` is called; defaults are filled in. Values of keys marked as secret are never repeated. */
  readonly configSchema: ConfigSchema;
  /** Returns the functions. Called once for each namespace that the configuration names. */
  create(config: Readonly<Record<string, string | number | boolean>>, host: FunctionHost): Promise<readonly PluginFunction[]>;
}
