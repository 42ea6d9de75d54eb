import { fileURLToPath } from 'node:url';
import type { FileSource } from '../../spi/index.ts';
import { mutants } from './iceberg-readers/mutants.ts';
import { readForeign } from './iceberg-readers/read-foreign.ts';
import { readMatrix } from './iceberg-readers/read-matrix.ts';
import { openProofWarehouse, type ProofWarehouse } from './iceberg-readers/proof-warehouse.ts';
import { findSpark, type Spark } from './iceberg-readers/find-spark.ts';
import { findPython, type ReadJob, type ReadOutcome, runReader } from './iceberg-readers/run-reader.ts';
import { tableCases } from './iceberg-readers/table-cases.ts';
import type { Check, Proof } from './proof.ts';

const DEMO = new URL('../../node_modules/vega-datasets/data/', import.meta.url);

/** Tables with a column of type time, which Spark has not; `without_time` has all their other columns. */
const SPARK_LACKS: ReadonlySet<string> = new Set(['extremes', 'primitives']);

interface Readers {
  readonly python: string;
  readonly spark: Spark;
}

/** Whether another implementation of Iceberg reads our tables as we do. */
export const proof: Proof = {
  name: 'iceberg-readers',
  summary:
    'PyIceberg and Spark read the same rows as we do from tables of all types, transforms, deletes and evolutions in both format versions, and each engine reads what they wrote; wrong metadata is caught',
  needs: ['python3', 'java', 'mvn'],
  async run({ quick, seed, log }) {
    const readers = { python: await findPython(), spark: await findSpark() };
    const samples = quick ? 3 : 6;
    const outcomes = await compareTables(readers, seed, quick, samples, log);
    return [
      equalCheck('tables-read-equal', outcomes.pyiceberg),
      equalCheck('tables-read-equal-by-spark', outcomes.spark),
      ...conditionChecks(outcomes.pyiceberg),
      ...(await readMatrix({ ...readers, seed, quick, log })),
      ...(await readForeign({ ...readers, seed, quick, log })),
      await mutantCheck(readers.python, seed, samples, log),
    ];
  },
};

async function compareTables(
  { python, spark }: Readers,
  seed: number,
  quick: boolean,
  samples: number,
  log: (line: string) => void,
): Promise<{ readonly pyiceberg: readonly ReadOutcome[]; readonly spark: readonly ReadOutcome[] }> {
  const warehouse = await openProofWarehouse();
  try {
    const jobs: ReadJob[] = [];
    for (const table of tableCases(seed, quick)) {
      await warehouse.build(table);
      jobs.push({ name: table.name, ...(await warehouse.dump(table.name)), filterColumns: table.filterColumns });
    }
    jobs.push(await loadDemo(warehouse, 'flights', 'flights-3m.parquet', 'parquet', []));
    jobs.push(await loadDemo(warehouse, 'airports', 'airports.csv', 'csv', ['state']));
    log(`${String(jobs.length)} tables are written; PyIceberg reads them`);
    const pyiceberg = await readByPyIceberg(python, jobs, seed, samples);
    const read = jobs.filter(({ name }) => !SPARK_LACKS.has(name));
    log(`Spark reads ${String(read.length)} of them`);
    return { pyiceberg, spark: await runReader(spark.python, './read_tables_spark.py', { jars: spark.jars, tables: read }) };
  } finally {
    await warehouse.close();
  }
}

async function loadDemo(
  warehouse: ProofWarehouse,
  name: string,
  file: string,
  format: FileSource['format'],
  filterColumns: readonly string[],
): Promise<ReadJob> {
  await warehouse.load(name, { path: fileURLToPath(new URL(file, DEMO)), format, options: {}, columns: null });
  return { name, ...(await warehouse.dump(name)), filterColumns };
}

function readByPyIceberg(python: string, tables: readonly ReadJob[], seed: number, samples: number): Promise<readonly ReadOutcome[]> {
  return runReader(python, './read_tables.py', { tables, seed, samples });
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

async function mutantCheck(python: string, seed: number, samples: number, log: (line: string) => void): Promise<Check> {
  const all = mutants(seed);
  const warehouses: ProofWarehouse[] = [];
  try {
    const jobs: ReadJob[] = [];
    for (const { table, change } of all) {
      const warehouse = await openProofWarehouse(change);
      warehouses.push(warehouse);
      await warehouse.build(table);
      jobs.push({ name: table.name, ...(await warehouse.dump(table.name)), filterColumns: table.filterColumns });
    }
    const outcomes = await readByPyIceberg(python, jobs, seed, samples);
    const survivors = all.filter((_, index) => !differs(outcomes[index])).map(({ name }) => name);
    for (const { name } of all) log(`mutant ${name}: ${survivors.includes(name) ? 'not noticed' : 'caught'}`);
    return {
      id: 'mutants-caught',
      value: all.length - survivors.length,
      unit: 'mutants',
      target: `${String(all.length)} of ${String(all.length)}`,
      pass: survivors.length === 0,
      note: survivors.length === 0 ? all.map(({ name }) => name).join(', ') : `not noticed: ${survivors.join(', ')}`,
    };
  } finally {
    for (const warehouse of warehouses) await warehouse.close();
  }
}

function differs(outcome: ReadOutcome | undefined): boolean {
  return outcome !== undefined && (outcome.differences.length > 0 || (outcome.filters?.wrongCount ?? 0) > 0);
}
