import { availableParallelism, totalmem } from 'node:os';
import type { ConfigSchema } from '../../spi/index.ts';

/** How the engine uses its machine. */
export interface BatchConfig {
  /** Executor processes at most, and so tasks at once. */
  readonly executors: number;
  /** Executor processes kept ready while nothing runs. */
  readonly spares: number;
  /** Threads of a task that runs alone; tasks side by side share them. */
  readonly threadsMax: number;
  /** Units: bytes that one executor may use; DuckDB spills before. */
  readonly memoryBytesMax: number;
  /** Units: bytes that one executor may spill to disk. */
  readonly spillBytesMax: number;
  /** Units: bytes of input that a task should have. */
  readonly taskBytesTarget: number;
  /** Units: bytes of one side of a join that every task may read whole. */
  readonly broadcastBytesMax: number;
  /** Units: bytes of input below which a statement is one task. */
  readonly wholeBytesMax: number;
}

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** Below this neither Node nor DuckDB starts. */
const MEMORY_BYTES_MIN = 256 * MEBIBYTE;

/** Part of the machine's memory that all executors together may use. */
const MEMORY_SHARE = 0.6;

/** What a configuration may say about the engine. */
export const BATCH_CONFIG_SCHEMA: ConfigSchema = {
  type: 'object',
  properties: {
    executors: { type: 'integer', minimum: 1, description: 'Executor processes at most; the number of cores by default.' },
    spares: { type: 'integer', minimum: 0, default: 0, description: 'Executor processes kept ready while nothing runs.' },
    threadsMax: { type: 'integer', minimum: 1, description: 'Threads of a task that runs alone; the number of cores by default.' },
    memoryBytesMax: {
      type: 'integer',
      minimum: MEMORY_BYTES_MIN,
      description: 'Bytes that one executor may use; all together 60 % of the machine by default.',
    },
    spillBytesMax: { type: 'integer', minimum: 0, default: 100 * GIBIBYTE, description: 'Bytes that one executor may spill to disk.' },
    taskBytesTarget: { type: 'integer', minimum: 1, default: 64 * MEBIBYTE, description: 'Bytes of input that a task should have.' },
    broadcastBytesMax: {
      type: 'integer',
      minimum: 0,
      default: 32 * MEBIBYTE,
      description: 'Bytes of one side of a join that every task may read whole; larger sides are divided by the keys.',
    },
    wholeBytesMax: {
      type: 'integer',
      minimum: 0,
      default: 32 * MEBIBYTE,
      description: 'Bytes of input up to which a statement is one task, with all threads: nothing would be gained by cutting it.',
    },
  },
};

/** Returns the settings that a checked configuration stands for. */
export function batchConfig(config: Readonly<Record<string, string | number | boolean>>): BatchConfig {
  const number = (name: string, otherwise: number): number => {
    const value = config[name];
    return typeof value === 'number' ? value : otherwise;
  };
  const executors = number('executors', availableParallelism());
  return {
    executors,
    spares: Math.min(executors, number('spares', 0)),
    threadsMax: number('threadsMax', availableParallelism()),
    memoryBytesMax: number('memoryBytesMax', Math.max(MEMORY_BYTES_MIN, Math.floor((totalmem() * MEMORY_SHARE) / executors))),
    spillBytesMax: number('spillBytesMax', 100 * GIBIBYTE),
    taskBytesTarget: number('taskBytesTarget', 64 * MEBIBYTE),
    broadcastBytesMax: number('broadcastBytesMax', 32 * MEBIBYTE),
    wholeBytesMax: number('wholeBytesMax', 32 * MEBIBYTE),
  };
}
