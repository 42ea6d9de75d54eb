import { type AnsweredStatement, checkAnswers } from './corpora/check-answers.ts';
import { type AnsweredCorpus, checkMutants } from './corpora/check-mutants.ts';
import { checkRoundTrip } from './corpora/check-round-trip.ts';
import { type Benchmark, readCorpus } from './corpora/corpus.ts';
import { openParquetDatabase } from './corpora/duckdb-answers.ts';
import { startEngine } from './corpora/engine-answers.ts';
import { parquetCatalog } from './corpora/parquet-catalog.ts';
import { tpcData } from './corpora/tpc-data.ts';
import type { Check, Proof } from './proof.ts';
import { seededRandom } from './seeded-random.ts';

/** Scale factors at which enough statements have rows, how many must, and in how many the order shows. */
const CORPORA: readonly { name: Benchmark; scaleFactor: number; quickScaleFactor: number; nonEmptyMin: number; orderedMin: number }[] = [
  { name: 'tpch', scaleFactor: 1, quickScaleFactor: 0.05, nonEmptyMin: 20, orderedMin: 18 },
  { name: 'tpcds', scaleFactor: 1, quickScaleFactor: 0.5, nonEmptyMin: 85, orderedMin: 87 },
];

/** Whether we understand the statements of two benchmarks as DuckDB does. */
export const proof: Proof = {
  name: 'corpora',
  summary:
    "TPC-H and TPC-DS parse, bind, round-trip and answer as DuckDB answers their original text; faults seeded in the printer's input are caught",
  needs: ['python3'],
  async run({ quick, seed, log }) {
    const random = seededRandom(seed);
    const checks: Check[] = [];
    const answered: AnsweredCorpus[] = [];
    try {
      for (const { name, scaleFactor, quickScaleFactor, nonEmptyMin, orderedMin } of CORPORA) {
        const statements = readCorpus(name);
        checks.push(...checkRoundTrip(name, statements, random));
        const folder = tpcData(name, quick ? quickScaleFactor : scaleFactor, log);
        const contestants = { reference: await openParquetDatabase(folder), engine: await startEngine(folder) };
        const corpus = { statements: [] as readonly AnsweredStatement[], contestants };
        answered.push(corpus);
        const outcome = await checkAnswers(name, statements, contestants, parquetCatalog(contestants.reference.tables), {
          nonEmptyMin,
          orderedMin,
        });
        log(`${name}: ${outcome.right.length} of ${statements.length} answers equal`);
        checks.push(...outcome.checks);
        corpus.statements = outcome.right;
      }
      return [...checks, ...(await checkMutants(answered, random, log))];
    } finally {
      for (const { contestants } of answered) {
        contestants.reference.close();
        await contestants.engine.close();
      }
    }
  },
};
