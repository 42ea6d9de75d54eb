import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lowerPriority } from '../runtime/process/index.ts';
import { assert } from '../spi/index.ts';
import { findSpark } from '../test/prove/iceberg-readers/find-spark.ts';
import { type ReaderProcess, startReaderProcess } from '../test/prove/iceberg-readers/reader-process.ts';
import type { Check, Proof } from '../test/prove/proof.ts';
import { type BatchWorld, openBatchWorld } from './batch/batch-world.ts';
import { FEW_GROUPS, FULL_SIZE, MANY_GROUPS, MEMORY_BYTES, QUICK_SIZE, THREADS } from './batch/join-job.ts';
import { measurePairs, round } from './measure.ts';

/** Spark takes so many times as long at least. */
const TIMES_MIN = 3;

/** As many as the job of the batch engine has at least. */
const SHUFFLE_PARTITIONS = 16;

/** Measures the jobs of `batch` against Spark in local mode. */
export const benchmark: Proof = {
  name: 'batch-spark',
  summary: 'the jobs of `batch` against Spark in local mode over the same files, with the same threads and memory',
  needs: ['linux', 'python3', 'java'],
  run: async ({ quick, log }) => {
    const { python } = await findSpark();
    const size = quick ? QUICK_SIZE : FULL_SIZE;
    const world = await openBatchWorld(size, log);
    // The executors stand behind all others on the processor: on a busy machine Spark, which takes after this process, must, too.
    lowerPriority(process.pid);
    const spark = startSpark(python, world);
    try {
      const facts = await spark.ask<Readonly<Record<string, string | number>>>({ do: 'facts' });
      assert(facts['rows'] === size.rows, 'Spark reads the same rows');
      const versions = `Spark ${String(facts['spark'])}, Java ${String(facts['java'])}`;
      const checks: Check[] = [];
      for (const { id, select } of [FEW_GROUPS, MANY_GROUPS]) {
        const { ratio, ours, peer } = await measurePairs({
          pairs: quick ? 3 : 5,
          warmUpPairs: 1,
          ours: () => spark.ask({ do: 'run', select }),
          peer: () => world.runJob(select),
        });
        checks.push({
          id: `spark-${id}`,
          value: round(ratio.median),
          unit: 'times as long',
          target: `>= ${String(TIMES_MIN)}`,
          pass: ratio.median >= TIMES_MIN,
          note: `95% ${String(round(ratio.low))} to ${String(round(ratio.high))} of ${String(ratio.samples)} pairs; Spark ${String(round(ours.median))} ms, the job ${String(round(peer.median))} ms; ${versions}, local[${String(THREADS)}], started and warm, ${String(MEMORY_BYTES / 2 ** 30)} GiB on both sides; both write Parquet with zstd`,
        });
      }
      return checks;
    } finally {
      await spark.close();
      await world.close();
    }
  },
};

function startSpark(python: string, world: BatchWorld): ReaderProcess {
  const scratch = join(world.scratch, 'spark');
  mkdirSync(scratch);
  const tables = { facts: world.filesOf('facts'), parties: world.filesOf('parties') };
  const words = [THREADS, MEMORY_BYTES / 2 ** 20, SHUFFLE_PARTITIONS, scratch, JSON.stringify(tables)].map(String);
  return startReaderProcess(python, '../../../bench/batch/spark_job.py', words);
}
