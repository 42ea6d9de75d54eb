import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spark } from './find-spark.ts';
import { type ReaderProcess, startReaderProcess } from './reader-process.ts';

/** A table for another reader to read and compare with the frames that the platform read. */
export interface ReadJob {
  readonly name: string;
  readonly metadata: string;
  readonly frames: string;
  /** Columns over which conditions are tried. */
  readonly filterColumns: readonly string[];
  /** A Parquet file of the rows that a third reading found, compared as well. */
  readonly plain?: string;
  /** A word of the message with which PyIceberg has to refuse the table, whose rows are then compared with `plain` alone. */
  readonly refused?: string;
  /** False where Spark's vectorized reader does not read the table; it reads row by row then. */
  readonly vectorized?: boolean;
}

/** What another reader saw of one table. */
export interface ReadOutcome {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly differences: readonly string[];
  /** What our rows and the third reading of them differ in; left out where there is none. */
  readonly plainDifferences?: readonly string[];
  readonly filters?: {
    readonly tried: number;
    /** Conditions that skipped at least one file. */
    readonly pruning: number;
    readonly wrong: readonly string[];
    readonly wrongCount: number;
  };
}

/** The other readers, each one process for the whole of the proof; what they are asked at the same time waits in a row. */
export interface Readers {
  readonly pyiceberg: ReaderProcess;
  readonly spark: ReaderProcess;
  /** Below it lie the tables that Spark writes. */
  readonly sparkDirectory: string;
  /** Lets PyIceberg read a table. Conditions are tried with so many values of each column. */
  readByPyIceberg(job: ReadJob, seed: number, samples: number): Promise<ReadOutcome>;
  readBySpark(job: ReadJob): Promise<ReadOutcome>;
  close(): Promise<void>;
}

/** Starts PyIceberg and Spark. */
export function openReaders(python: string, spark: Spark): Readers {
  const scratch = mkdtempSync(join(tmpdir(), 'iceberg-spark-'));
  const pyiceberg = startReaderProcess(python, './pyiceberg_process.py');
  const session = startReaderProcess(spark.python, './spark_process.py', [scratch, ...spark.jars]);
  return {
    pyiceberg,
    spark: session,
    sparkDirectory: scratch,
    readByPyIceberg: (job, seed, samples) => read(pyiceberg, { ...job, seed, samples }),
    readBySpark: (job) => read(session, { ...job }),
    async close() {
      await Promise.all([pyiceberg.close(), session.close()]);
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** A table that cannot be read is an outcome to report, like one that differs. */
async function read(reader: ReaderProcess, job: ReadJob & Readonly<Record<string, unknown>>): Promise<ReadOutcome> {
  try {
    return await reader.ask<ReadOutcome>({ do: 'read', ...job });
  } catch (error) {
    return { name: job.name, rows: 0, columns: 0, differences: [String(error)] };
  }
}
