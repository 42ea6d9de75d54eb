import { type AnsweredStatement, checkAnswers } from './corpora/check-answers.ts';
import { type AnsweredCorpus, checkMutants } from './corpora/check-mutants.ts';
import { checkNexmark } from './corpora/check-nexmark.ts';
import { checkRoundTrip } from './corpora/check-round-trip.ts';
import { type Benchmark, type CorpusStatement, readCorpus } from './corpora/corpus.ts';
import { openParquetDatabase } from './corpora/duckdb-answers.ts';
import { startEngine } from './corpora/engine-answers.ts';
import { parquetCatalog } from './corpora/parquet-catalog.ts';
import { tpcData } from './corpora/tpc-data.ts';
import type { Check, Proof } from './proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';

interface TpcCorpus {
  readonly name: Benchmark;
  /** Smaller first; a quick run takes the first alone. */
  readonly scaleFactors: readonly [number, number];
  /** How many statements must have rows, and in how many the order must show. */
  readonly nonEmptyMin: number;
  readonly orderedMin: number;
}

/** Scale factors at which enough statements have rows. */
const CORPORA: readonly TpcCorpus[] = [
  { name: 'tpch', scaleFactors: [0.05, 1], nonEmptyMin: 20, orderedMin: 18 },
  { name: 'tpcds', scaleFactors: [0.5, 1], nonEmptyMin: 85, orderedMin: 87 },
];

/** Whether we understand the statements of three benchmarks, two of them as DuckDB does. */
export const proof: Proof = {
  name: 'corpora',
  summary:
    'TPC-H and TPC-DS parse, bind, round-trip and answer as DuckDB answers their original text, at two scales; Nexmark parses, binds and ' +
    "round-trips; faults seeded in the printer's input are caught",
  needs: ['python3'],
  async run({ quick, seed, log }) {
    const random = seededRandom(seed);
    const checks = await checkNexmark(readCorpus('nexmark'), random);
    const answered: AnsweredCorpus[] = [];
    try {
      for (const corpus of CORPORA) {
        const statements = readCorpus(corpus.name);
        checks.push(...checkRoundTrip(corpus.name, statements, random));
        const [small, big] = corpus.scaleFactors;
        for (const scaleFactor of quick ? [small] : [small, big]) {
          checks.push(...(await checkScale(corpus, statements, scaleFactor, { answered, log })));
        }
      }
      return [...checks, ...(await checkMutants(answered, random, log))];
    } finally {
      await close(answered);
    }
  },
};

/** Compares all answers at one scale; what the mutants are tried on is kept of the smaller one. */
async function checkScale(
  { name, scaleFactors, nonEmptyMin, orderedMin }: TpcCorpus,
  statements: readonly CorpusStatement[],
  scaleFactor: number,
  { answered, log }: { readonly answered: AnsweredCorpus[]; readonly log: (line: string) => void },
): Promise<Check[]> {
  const folder = tpcData(name, scaleFactor, log);
  const contestants = { reference: await openParquetDatabase(folder), engine: await startEngine(folder) };
  const corpus = { statements: [] as readonly AnsweredStatement[], contestants };
  const isKept = scaleFactor === scaleFactors[0];
  if (isKept) answered.push(corpus);
  try {
    const label = `${name}-sf${String(scaleFactor)}`;
    const catalog = parquetCatalog(contestants.reference.tables);
    const { right, checks } = await checkAnswers(label, statements, contestants, catalog, { nonEmptyMin, orderedMin });
    log(`${label}: ${String(right.length)} of ${String(statements.length)} answers equal`);
    corpus.statements = right;
    return checks;
  } finally {
    if (!isKept) await close([corpus]);
  }
}

async function close(answered: readonly AnsweredCorpus[]): Promise<void> {
  for (const { contestants } of answered) {
    contestants.reference.close();
    await contestants.engine.close();
  }
}
