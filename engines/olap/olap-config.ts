import { availableParallelism, totalmem } from 'node:os';
import type { ConfigSchema } from '../../spi/index.ts';

/** How the engine uses its machine. */
export interface OlapConfig {
  /** DuckDB threads of each process. */
  readonly threads: number;
  /** Units: bytes that one process may use; DuckDB spills before. */
  readonly memoryBytesMax: number;
  /** Query processes at most, and so queries at once. */
  readonly processesMax: number;
  /** Query processes kept ready beside the busy ones. */
  readonly spares: number;
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
    processesMax: { type: 'integer', minimum: 1, description: 'Query processes at most; the number of cores and two more by default.' },
    spares: { type: 'integer', minimum: 0, default: 2, description: 'Query processes kept ready beside the busy ones.' },
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
    spares: Math.min(processesMax, number('spares', 2)),
    queueMax: number('queueMax', 128),
    queueTimeoutMs: number('queueTimeoutMs', 60_000),
    spillBytesMax: number('spillBytesMax', 50 * GIBIBYTE),
  };
}
