import { totalmem } from 'node:os';
import type { ConfigSchema } from '../../spi/index.ts';

/** How the engine uses its machine. */
export interface StreamConfig {
  /** Queries at once, each in a process of its own. */
  readonly processesMax: number;
  /** Processes kept ready beside the busy ones. */
  readonly spares: number;
  /** Units: bytes that one process may use. */
  readonly memoryBytesMax: number;
}

/** Below this Node does not start. */
const MEMORY_BYTES_MIN = 256 * 2 ** 20;

/** What a configuration may say about the engine. */
export const STREAM_CONFIG_SCHEMA: ConfigSchema = {
  type: 'object',
  properties: {
    processesMax: { type: 'integer', minimum: 1, default: 2, description: 'Query processes at most, and so queries at once.' },
    spares: { type: 'integer', minimum: 0, default: 0, description: 'Query processes kept ready beside the busy ones.' },
    memoryBytesMax: {
      type: 'integer',
      minimum: MEMORY_BYTES_MIN,
      description: 'Bytes that one query process may use; 30 % of the machine by default.',
    },
  },
};

/** Returns the settings that a checked configuration stands for. */
export function streamConfig(config: Readonly<Record<string, string | number | boolean>>): StreamConfig {
  const number = (name: string, otherwise: number): number => {
    const value = config[name];
    return typeof value === 'number' ? value : otherwise;
  };
  const processesMax = number('processesMax', 2);
  return {
    processesMax,
    spares: Math.min(processesMax, number('spares', 0)),
    memoryBytesMax: number('memoryBytesMax', Math.max(MEMORY_BYTES_MIN, Math.floor(totalmem() * 0.3))),
  };
}
