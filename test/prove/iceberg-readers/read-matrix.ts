import type { Check } from '../proof.ts';
import { buildMatrixTable, type MatrixJob } from './build-matrix.ts';
import { type ChosenTable, chooseTables } from './choose-tables.ts';
import type { Readers, ReadOutcome } from './open-readers.ts';
import { openProofWarehouse } from './proof-warehouse.ts';

/** How tables are read. */
export interface ReadPlan {
  readonly readers: Readers;
  readonly seed: number;
  readonly quick: boolean;
  readonly log: (line: string) => void;
}

/** Tables that are there at a time: their files and rows take room. */
const TABLES_AT_ONCE = 48;

/** What the readers made of a state; Spark is not asked for all. */
interface Seen {
  readonly state: MatrixJob;
  readonly pyiceberg: ReadOutcome;
  readonly spark: ReadOutcome | null;
}

/** Makes the tables of the matrix and lets PyIceberg, Spark and a plain reading of the planned files compare the states of each with what we read. */
export async function readMatrix(plan: ReadPlan): Promise<readonly Check[]> {
  const tables = chooseTables(plan.seed, plan.quick);
  const seen: Seen[] = [];
  for (let from = 0; from < tables.length; from += TABLES_AT_ONCE) {
    seen.push(...(await readGroup(plan, tables.slice(from, from + TABLES_AT_ONCE))));
    plan.log(`${String(Math.min(tables.length, from + TABLES_AT_ONCE))} of ${String(tables.length)} tables of the matrix are read`);
  }
  const plain = seen.map(({ pyiceberg }) => ({ ...pyiceberg, differences: pyiceberg.plainDifferences ?? ['was not read'] }));
  const refused = seen.filter(({ state }) => state.refused !== undefined).length;
  return [
    check(
      'matrix-pyiceberg',
      seen.map(({ pyiceberg }) => pyiceberg),
      `${String(refused)} states with equality deletes are refused, as they are to be`,
    ),
    check(
      'matrix-spark',
      seen.flatMap(({ spark }) => spark ?? []),
      'all states but those with a column of type time',
    ),
    check('matrix-duckdb-over-planned-files', plain, `${String(tables.length)} tables`),
  ];
}

/** The readers read a state while the next ones are made. */
async function readGroup({ readers, seed, log }: ReadPlan, tables: readonly ChosenTable[]): Promise<readonly Seen[]> {
  const proof = await openProofWarehouse();
  const reading: Promise<Seen>[] = [];
  try {
    for (const each of tables) for await (const state of buildMatrixTable(proof, each)) reading.push(readState(readers, state, seed));
    log(`${String(reading.length)} states are written`);
    return await Promise.all(reading);
  } finally {
    await Promise.all(reading);
    await proof.close();
  }
}

async function readState(readers: Readers, state: MatrixJob, seed: number): Promise<Seen> {
  const forSpark = state.table.layout.columns.every(({ type }) => type.kind !== 'time');
  const [pyiceberg, spark] = await Promise.all([
    readers.readByPyIceberg(state, seed, 0),
    forSpark ? readers.readBySpark(state) : Promise.resolve(null),
  ]);
  return { state, pyiceberg, spark };
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
