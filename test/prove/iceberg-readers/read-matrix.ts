import type { Check } from '../proof.ts';
import { buildMatrixTable, type MatrixJob } from './build-matrix.ts';
import type { Spark } from './find-spark.ts';
import { EVOLUTION, type EvolutionStep, type MatrixTable, matrixTables } from './matrix-cases.ts';
import { openProofWarehouse } from './proof-warehouse.ts';
import { type ReadOutcome, runReader } from './run-reader.ts';

/** How the matrix is read. */
export interface MatrixPlan {
  readonly python: string;
  readonly spark: Spark;
  readonly seed: number;
  readonly quick: boolean;
  readonly log: (line: string) => void;
}

/** Tables that are there at a time: their files and rows take room. */
const TABLES_AT_ONCE = 48;

/** What each reader made of the states. */
interface Seen {
  readonly states: MatrixJob[];
  readonly pyiceberg: ReadOutcome[];
  readonly spark: ReadOutcome[];
}

/** Makes the tables of the matrix and lets PyIceberg, Spark and a plain reading of the planned files compare the states of each with what we read. */
export async function readMatrix(plan: MatrixPlan): Promise<readonly Check[]> {
  const tables = matrixTables(plan.seed, plan.quick);
  const seen: Seen = { states: [], pyiceberg: [], spark: [] };
  for (let from = 0; from < tables.length; from += TABLES_AT_ONCE) {
    await readGroup(plan, tables, from, seen);
    plan.log(`${String(Math.min(tables.length, from + TABLES_AT_ONCE))} of ${String(tables.length)} tables of the matrix are read`);
  }
  const plain = seen.pyiceberg.map((outcome) => ({ ...outcome, differences: outcome.plainDifferences ?? ['was not read'] }));
  const refused = seen.states.filter((state) => state.refused !== undefined).length;
  return [
    check('matrix-pyiceberg', seen.pyiceberg, `${String(refused)} states with equality deletes are refused, as they are to be`),
    check('matrix-spark', seen.spark, 'all states but those with a column of type time'),
    check('matrix-duckdb-over-planned-files', plain, `${String(tables.length)} tables`),
  ];
}

async function readGroup(
  { python, spark, seed, quick, log }: MatrixPlan,
  tables: readonly MatrixTable[],
  from: number,
  seen: Seen,
): Promise<void> {
  const proof = await openProofWarehouse();
  try {
    const jobs: MatrixJob[] = [];
    for (const [index, table] of tables.slice(from, from + TABLES_AT_ONCE).entries()) {
      const isWanted = (step: EvolutionStep): boolean => !quick || isSampled(step, seed + from + index);
      jobs.push(...(await buildMatrixTable(proof, table, isWanted)));
    }
    log(`${String(jobs.length)} states are written`);
    const forSpark = jobs.filter(({ table }) => table.layout.columns.every(({ type }) => type.kind !== 'time'));
    const [pyiceberg, bySpark] = await Promise.all([
      runReader(python, './read_tables.py', { tables: jobs, seed, samples: 0 }),
      runReader(spark.python, './read_tables_spark.py', { jars: spark.jars, tables: forSpark }),
    ]);
    seen.states.push(...jobs);
    seen.pyiceberg.push(...pyiceberg);
    seen.spark.push(...bySpark);
  } finally {
    await proof.close();
  }
}

/** The last state and one before it; all of them occur among the tables. */
function isSampled(step: EvolutionStep, index: number): boolean {
  return step === EVOLUTION.at(-1) || step === EVOLUTION[index % (EVOLUTION.length - 1)];
}

function check(id: string, outcomes: readonly ReadOutcome[], note: string): Check {
  const differing = outcomes.filter(({ differences }) => differences.length > 0);
  const total = String(outcomes.length);
  const wrong = differing.slice(0, 10).map(({ name, differences }) => `${name}: ${differences.slice(0, 2).join('; ')}`);
  return {
    id,
    value: outcomes.length - differing.length,
    unit: 'states',
    target: `${total} of ${total}`,
    pass: differing.length === 0 && outcomes.length > 0,
    note: differing.length === 0 ? note : wrong.join(' | '),
  };
}
