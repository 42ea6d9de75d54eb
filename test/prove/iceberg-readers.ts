import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataService } from '../../storage/data/data-service.ts';
import { delegating, mutants } from './iceberg-readers/mutants.ts';
import { readForeign } from './iceberg-readers/read-foreign.ts';
import { type ReadPlan, readMatrix } from './iceberg-readers/read-matrix.ts';
import { openProofWarehouse, type ProofWarehouse } from './iceberg-readers/proof-warehouse.ts';
import { findPython } from './iceberg-readers/find-python.ts';
import { findSpark } from './iceberg-readers/find-spark.ts';
import { openReaders, type ReadJob, type ReadOutcome } from './iceberg-readers/open-readers.ts';
import { tableCases } from './iceberg-readers/table-cases.ts';
import type { Check, Proof } from './proof.ts';

const DEMO = new URL('../../node_modules/vega-datasets/data/', import.meta.url);

/** Tables with a column of a type that Spark has not: time (`without_time` has all the other columns) and nanoseconds. */
const SPARK_LACKS: ReadonlySet<string> = new Set(['extremes', 'primitives', 'nanoseconds']);

/** Whether another implementation of Iceberg reads our tables as we do. */
export const proof: Proof = {
  name: 'iceberg-readers',
  summary:
    'PyIceberg and Spark read the same rows as we do from tables of all types, transforms, deletes and evolutions in both format versions, and each engine reads what they wrote; wrong metadata is caught',
  needs: ['python3', 'java', 'mvn'],
  async run({ quick, seed, log }) {
    const readers = openReaders(await findPython(), await findSpark());
    try {
      const plan = { readers, seed, quick, log };
      // Spark writes its tables while the first of ours are made.
      const foreign = readForeign(plan);
      return await together([compareTables(plan), readMatrix(plan), foreign, mutantCheck(plan)]);
    } finally {
      await readers.close();
    }
  },
};

/** The parts keep each other's processes from waiting. None is left running when one of them fails. */
async function together(parts: readonly Promise<readonly Check[]>[]): Promise<Check[]> {
  await Promise.allSettled(parts);
  return (await Promise.all(parts)).flat();
}

async function compareTables(plan: ReadPlan): Promise<readonly Check[]> {
  const { readers, seed, quick, log } = plan;
  const warehouse = await openProofWarehouse();
  const byPyIceberg: Promise<ReadOutcome>[] = [];
  const bySpark: Promise<ReadOutcome>[] = [];
  const read = (job: ReadJob): void => {
    byPyIceberg.push(readers.readByPyIceberg(job, seed, samplesOf(plan)));
    if (!SPARK_LACKS.has(job.name)) bySpark.push(readers.readBySpark(job));
  };
  try {
    for (const table of tableCases(seed, quick)) {
      await warehouse.build(table);
      read({ name: table.name, ...(await warehouse.dump(table.name)), filterColumns: table.filterColumns });
    }
    for (const [name, filterColumns] of await loadDemo(warehouse, quick)) read({ name, ...(await warehouse.dump(name)), filterColumns });
    log(`${String(byPyIceberg.length)} tables are written`);
    const outcomes = await Promise.all(byPyIceberg);
    return [
      equalCheck('tables-read-equal', outcomes),
      equalCheck('tables-read-equal-by-spark', await Promise.all(bySpark)),
      ...conditionChecks(outcomes),
    ];
  } finally {
    await Promise.all([...byPyIceberg, ...bySpark]);
    await warehouse.close();
  }
}

const samplesOf = ({ quick }: ReadPlan): number => (quick ? 2 : 6);

/** Loads files as a user has them; `quick` takes the first flights alone. Returns the names of the tables, and columns for conditions. */
async function loadDemo(warehouse: ProofWarehouse, quick: boolean): Promise<readonly (readonly [string, readonly string[]])[]> {
  const flights = fileURLToPath(new URL('flights-3m.parquet', DEMO));
  const some = join(warehouse.directory, 'uploads', 'flights.parquet');
  if (quick) await warehouse.duckdb.run(`COPY (FROM '${flights}' LIMIT 60000) TO '${some}' (FORMAT parquet)`);
  await warehouse.load('flights', { path: quick ? some : flights, format: 'parquet', options: {}, columns: null });
  const airports = fileURLToPath(new URL('airports.csv', DEMO));
  await warehouse.load('airports', { path: airports, format: 'csv', options: {}, columns: null });
  return [
    ['flights', []],
    ['airports', ['state']],
  ];
}

function equalCheck(id: string, outcomes: readonly ReadOutcome[]): Check {
  const differing = outcomes.filter((outcome) => outcome.differences.length > 0);
  const rows = outcomes.reduce((total, outcome) => total + outcome.rows, 0);
  return {
    id,
    value: outcomes.length - differing.length,
    unit: 'tables',
    target: `${String(outcomes.length)} of ${String(outcomes.length)}`,
    pass: differing.length === 0 && outcomes.length > 0,
    note:
      differing.length === 0
        ? `${String(rows)} rows`
        : differing.map(({ name, differences }) => `${name}: ${differences.slice(0, 2).join('; ')}`).join(' | '),
  };
}

function conditionChecks(outcomes: readonly ReadOutcome[]): Check[] {
  const filters = outcomes.map((outcome) => outcome.filters).filter((filter) => filter !== undefined);
  const sum = (pick: (filter: NonNullable<ReadOutcome['filters']>) => number): number =>
    filters.reduce((total, filter) => total + pick(filter), 0);
  const [tried, wrong, pruning] = [sum((filter) => filter.tried), sum((filter) => filter.wrongCount), sum((filter) => filter.pruning)];
  const wrongTexts = outcomes.flatMap(({ name, filters: found }) => (found?.wrong ?? []).map((text) => `${name}: ${text}`));
  return [
    {
      id: 'conditions-equal',
      value: tried - wrong,
      unit: 'conditions',
      target: `${String(tried)} of ${String(tried)}`,
      pass: wrong === 0 && tried > 0,
      note: wrong === 0 ? undefined : wrongTexts.slice(0, 5).join(' | '),
    },
    {
      id: 'conditions-that-skip-files',
      value: pruning,
      unit: 'conditions',
      target: `>= ${String(Math.ceil(tried / 4))}`,
      pass: pruning >= tried / 4,
      note: 'without skipping, wrong bounds and partition values would not show',
    },
  ];
}

async function mutantCheck(plan: ReadPlan): Promise<readonly Check[]> {
  const { readers, seed, log } = plan;
  const survivors: string[] = [];
  const all = mutants(seed);
  let fault = (service: DataService): DataService => service;
  const warehouse = await openProofWarehouse((service) => delegating(() => fault(service)));
  try {
    for (const { name, table, change } of all) {
      fault = change;
      const faulty = name.replaceAll('-', '_');
      await warehouse.build({ ...table, name: faulty });
      const job = { name: faulty, ...(await warehouse.dump(faulty)), filterColumns: table.filterColumns };
      const isCaught = differs(await readers.readByPyIceberg(job, seed, samplesOf(plan)));
      if (!isCaught) survivors.push(name);
      log(`mutant ${name}: ${isCaught ? 'caught' : 'not noticed'}`);
    }
  } finally {
    await warehouse.close();
  }
  return [
    {
      id: 'mutants-caught',
      value: all.length - survivors.length,
      unit: 'mutants',
      target: `${String(all.length)} of ${String(all.length)}`,
      pass: survivors.length === 0,
      note: survivors.length === 0 ? all.map(({ name }) => name).join(', ') : `not noticed: ${survivors.join(', ')}`,
    },
  ];
}

function differs({ differences, filters }: ReadOutcome): boolean {
  return differences.length > 0 || (filters?.wrongCount ?? 0) > 0;
}
