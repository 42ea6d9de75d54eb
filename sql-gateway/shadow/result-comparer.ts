import { Piscina } from 'piscina';
import { formatType, type ResultColumn } from '../../spi/index.ts';
import { workerOptions } from '../result/worker-options.ts';
import type { ComparisonTask } from './compare-results.ts';

/** Compares answers in a worker thread. */
export interface ResultComparer {
  /** Returns what differs, null when nothing does. Frames are copied: they stay the caller's. */
  compare(columns: readonly ResultColumn[], task: Omit<ComparisonTask, 'columns'>): Promise<string | null>;
  close(): Promise<void>;
}

/** Units: milliseconds after which the worker without work is ended. */
const IDLE_TIMEOUT_MS = 10_000;

/** Creates the comparer; its thread is started when there is something to compare. */
export function createResultComparer(): ResultComparer {
  let pool: Piscina<ComparisonTask, string | null> | null = null;
  return {
    compare: async (columns, task) => {
      pool ??= new Piscina({
        ...workerOptions(new URL('./compare-worker.ts', import.meta.url)),
        minThreads: 0,
        maxThreads: 1,
        idleTimeout: IDLE_TIMEOUT_MS,
      });
      return pool.run({ ...task, columns: columns.map(({ name, type }) => ({ name, type: formatType(type) })) });
    },
    close: async () => {
      const open = pool;
      pool = null;
      await open?.destroy();
    },
  };
}
