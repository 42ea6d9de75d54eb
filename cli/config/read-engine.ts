import { PlatformError } from '../../spi/index.ts';
import { readHostKind } from '../../sql-gateway/index.ts';
import type { EngineEntry } from './config.ts';

/** Keys of an entry of `engines`. */
export const ENGINE_KEYS = ['module', 'config', 'host', 'memoryMb', 'network'] as const;

/** Below this an engine's process does not start. Units: MiB. */
const MEMORY_MB_MIN = 256;

/** Reads an entry of `engines`, whose `config` is checked when the plugin is loaded.
 *  @throws CONFIG_INVALID with the place and what is expected */
export function readEngine(entry: Readonly<Record<string, unknown>>, config: EngineEntry['config'], place: string): EngineEntry {
  const { module, memoryMb, network } = entry;
  const invalid = (key: string, expected: string): PlatformError => new PlatformError('CONFIG_INVALID', `${place}.${key} must ${expected}`);
  if (typeof module !== 'string' || module === '') throw invalid('module', 'name a package or a path');
  const host = readHostKind(entry['host'], `${place}.host`);
  if (memoryMb !== undefined && (typeof memoryMb !== 'number' || !Number.isSafeInteger(memoryMb) || memoryMb < MEMORY_MB_MIN)) {
    throw invalid('memoryMb', `be a whole number of MiB, at least ${String(MEMORY_MB_MIN)}`);
  }
  if (network !== undefined && typeof network !== 'boolean') throw invalid('network', 'be true or false');
  if (memoryMb !== undefined && host === 'in-process') throw invalid('memoryMb', "stand with 'host: worker' or 'host: process'");
  if (network !== undefined && host !== 'process') throw invalid('network', "stand with 'host: process'");
  return { module, config, host, ...(memoryMb === undefined ? {} : { memoryMb }), ...(network === undefined ? {} : { network }) };
}
