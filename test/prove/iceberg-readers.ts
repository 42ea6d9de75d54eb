import { fileURLToPath } from 'node:url';
import type { FileSource } from '../../spi/index.ts';
import { mutants } from './iceberg-readers/mutants.ts';
import { openProofWarehouse, type ProofWarehouse } from './iceberg-readers/proof-warehouse.ts';
import { findPython, readByPyIceberg, type ReadJob, type ReadOutcome } from './iceberg-readers/read-by-pyiceberg.ts';
import { tableCases } from './iceberg-readers/table-cases.ts';
import type { Check, Proof } from './proof.ts';

const DEMO = new URL('../../node_modules/vega-datasets/data/', import.meta.url);

/** Whether another implementation of Iceberg reads our tables as we do. */
export const proof: Proof = {
  name: 'iceberg-readers',
  summary:
    'PyIceberg reads the same rows as we do from tables of all types, transforms and histories, also through conditions that skip files; wrong metadata is caught',
  needs: ['python3'],
  async run({ quick, seed, log }) {
    const python = await findPython();
    const samples = quick ? 3 : 6;
    const outcomes = await compareTables(python, seed, quick, samples, log);
    return [...tableChecks(outcomes), await mutantCheck(python, seed, samples, log)];
  },
};

async function compareTables(
  python: string,
  seed: number,
  quick: boolean,
  samples: number,
  log: (line: string) => void,
): Promise<readonly ReadOutcome[]> {
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
    return await readByPyIceberg(python, jobs, seed, samples);
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

function tableChecks(outcomes: readonly ReadOutcome[]): Check[] {
  const differing = outcomes.filter((outcome) => outcome.differences.length > 0);
  const equal = outcomes.length - differing.length;
  const filters = outcomes.map((outcome) => outcome.filters).filter((filter) => filter !== undefined);
  const sum = (pick: (filter: NonNullable<ReadOutcome['filters']>) => number): number =>
    filters.reduce((total, filter) => total + pick(filter), 0);
  const [tried, wrong, pruning] = [sum((filter) => filter.tried), sum((filter) => filter.wrongCount), sum((filter) => filter.pruning)];
  const rows = outcomes.reduce((total, outcome) => total + outcome.rows, 0);
  const wrongTexts = outcomes.flatMap(({ name, filters: found }) => (found?.wrong ?? []).map((text) => `${name}: ${text}`));
  return [
    {
      id: 'tables-read-equal',
      value: equal,
      unit: 'tables',
      target: `${String(outcomes.length)} of ${String(outcomes.length)}`,
      pass: differing.length === 0 && outcomes.length > 0,
      note:
        differing.length === 0
          ? `${String(rows)} rows`
          : differing.map(({ name, differences }) => `${name}: ${differences.slice(0, 2).join('; ')}`).join(' | '),
    },
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
