import { availableParallelism, totalmem } from 'node:os';
import type { ConfigSchema } from '../../spi/index.ts';

/** How the engine uses its machine. */
export interface OlapConfig {
  /** DuckDB threads of each process. */
  readonly threads: number;
  /** Units: bytes that one process may use; DuckDB spills before. */
  readonly memoryBytesMax: number;
  /** Processes for long queries at most, and so long queries at once. */
  readonly processesMax: number;
  /** Processes for long queries kept ready beside the busy ones. */
  readonly spares: number;
  /** Processes for short queries; 0 lets them stand in line with the long ones. */
  readonly shortProcesses: number;
  /** Queries that may wait for a process. */
  readonly queueMax: number;
  /** Units: milliseconds that a query may wait for a process. */
  readonly queueTimeoutMs: number;
  /** Units: bytes that one process may spill to disk. */
  readonly spillBytesMax: number;
}

const GIBIBYTE = 2 ** 30;

/** Below this neither Node nor DuckDB starts. */
const MEMORY_BYTES_MIN = 256 * 2 ** 20;

/** What a configuration may say about the engine. */
export const OLAP_CONFIG_SCHEMA: ConfigSchema = {
  type: 'object',
  properties: {
    threads: { type: 'integer', minimum: 1, description: 'Threads of each query process; the number of cores by default.' },
    memoryBytesMax: {
      type: 'integer',
      minimum: MEMORY_BYTES_MIN,
      description: 'Bytes that one query process may use; 40 % of the machine by default.',
    },
    processesMax: {
      type: 'integer',
      minimum: 1,
      description: 'Processes for long queries at most; the number of cores and two more by default.',
    },
    spares: { type: 'integer', minimum: 0, default: 1, description: 'Processes for long queries kept ready beside the busy ones.' },
    shortProcesses: {
      type: 'integer',
      minimum: 0,
      description:
        'Processes that only queries estimated to be short run in, so that those never wait for long ones; the number of cores by default, 0 makes all stand in one line.',
    },
    queueMax: { type: 'integer', minimum: 0, default: 128, description: 'Queries that may wait for a process; more are refused.' },
    queueTimeoutMs: { type: 'integer', minimum: 1, default: 60_000, description: 'Milliseconds that a query may wait for a process.' },
    spillBytesMax: { type: 'integer', minimum: 0, default: 50 * GIBIBYTE, description: 'Bytes that one process may spill to disk.' },
  },
};

/** Returns the settings that a checked configuration stands for. */
export function olapConfig(config: Readonly<Record<string, string | number | boolean>>): OlapConfig {
  const cores = availableParallelism();
  const number = (name: string, otherwise: number): number => {
    const value = config[name];
    return typeof value === 'number' ? value : otherwise;
  };
  const processesMax = number('processesMax', cores + 2);
  return {
    threads: number('threads', cores),
    memoryBytesMax: number('memoryBytesMax', Math.max(MEMORY_BYTES_MIN, Math.floor(totalmem() * 0.4))),
    processesMax,
    spares: Math.min(processesMax, number('spares', 1)),
    shortProcesses: number('shortProcesses', cores),
    queueMax: number('queueMax', 128),
    queueTimeoutMs: number('queueTimeoutMs', 60_000),
    spillBytesMax: number('spillBytesMax', 50 * GIBIBYTE),
  };
}
