import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, type Fragment, pathToLocation, PlatformError, type TableTransaction, type WriteTransaction } from '../../../spi/index.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';
import { openWarehouseWith } from '../../../storage/open-warehouse.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import { PAIRED_TABLES, PAIRS, SINGLE_TABLE, type TransactionEvent } from './history.ts';
import { readElements } from './read-elements.ts';

/** Program that changes the tables of a warehouse beside others of its kind, and tells what it did as a line of JSON for each commit.
 *  Arguments: the warehouse, the committer's entry, a Parquet file of one row, the number of the process, commits to make, the seed, whether commits fall
 *  between the reads of each transaction, the mutant. */
const [directory, entry, template, index, commits, seed, interleaved, mutant] = process.argv.slice(2);
assert(directory !== undefined && entry !== undefined && template !== undefined, 'the worker is told where it works');

const random = seededRandom(Number(seed) * 1000 + Number(index));
const { size: templateBytes } = await stat(template);
const warehouse = await openWarehouseWith(
  { directory, dataService: closedDataService(), onLog: (line) => void process.stderr.write(`${line}\n`) },
  { files: localFileSystem(), committerEntry: new URL(entry), committerEnv: {} },
);
/** What the mutant with stale reads sees for ever. */
const first = warehouse.transactions.begin();
let elements = 0;

type Pair = (typeof PAIRS)[number];
/** Lists take appends of any transaction, so that the commit in between never makes the other one a conflict. */
const SPLIT_PAIR = PAIRS[2];

for (let made = 0; made < Number(commits); made += 1) await attempt(() => appendSingle());
for (let made = 0; made < Number(commits); ) if (await attempt(() => runTransaction())) made += 1;
await warehouse.close();

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function attempt(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    tell({ failure: PlatformError.from(error, 'INTERNAL_INVARIANT').message });
    return true;
  }
}

function nextElement(): string {
  elements += 1;
  return `p${String(index)}_${String(elements)}`;
}

async function stage(write: WriteTransaction, element: string): Promise<Fragment> {
  const { directory: staging } = await write.target(element, 1);
  const path = join(staging, 'part-0.parquet');
  await copyFile(template ?? '', path);
  return { task: element, attempt: 1, files: [{ uri: pathToLocation(path), rows: 1, bytes: templateBytes, partition: [], columns: [] }] };
}

async function appendSingle(): Promise<boolean> {
  const element = nextElement();
  const found = await warehouse.catalog.resolve({ schema: 'main', name: SINGLE_TABLE });
  assert(found?.kind === 'table', 'the table is there');
  const write = await warehouse.sink.begin({ kind: 'append', table: found.ref });
  await write.commit([await stage(write, element)], element);
  tell({ appended: element });
  return true;
}

/** Reads all tables, then writes a pair of them, or none. */
async function runTransaction(): Promise<boolean> {
  const choice = random();
  const pair = choice < 0.15 ? null : (PAIRS[(choice < 0.4 ? 0 : 2) + Math.floor(random() * 2)] ?? null);
  return runOn(pair, interleaved === 'interleaved');
}

async function runOn(pair: Pair | null, hasCommitBetween: boolean): Promise<boolean> {
  const begunAt = String(process.hrtime.bigint());
  const transaction = warehouse.transactions.begin();
  const seen = mutant === 'stale-reads' ? first : mutant === 'unpinned-reads' ? warehouse : transaction;
  const reads: Record<string, readonly string[]> = {};
  for (const name of PAIRED_TABLES) {
    // A commit between the reads of its two halves must not show.
    if (hasCommitBetween && name === SPLIT_PAIR[1]) await runOn(SPLIT_PAIR, false);
    reads[name] = (await readElements(warehouse, seen.catalog, name)).map(({ element }) => element);
  }
  const element = pair === null ? null : nextElement();
  if (element !== null) for (const name of pair ?? []) await change(transaction, name, element);
  const outcome = await commit(transaction);
  const event: Omit<TransactionEvent, 'process'> = {
    element,
    wrote: pair ?? [],
    reads,
    begunAt,
    endedAt: String(process.hrtime.bigint()),
    outcome,
  };
  tell({ transaction: { process: Number(index), ...event } });
  return outcome === 'committed';
}

async function change(transaction: TableTransaction, name: string, element: string): Promise<void> {
  const found = await readElements(warehouse, transaction.catalog, name);
  const resolved = await transaction.catalog.resolve({ schema: 'main', name });
  assert(resolved?.kind === 'table', 'the table is there');
  const table = resolved.ref;
  const goal = name.startsWith('l')
    ? ({ kind: 'append', table } as const)
    : ({ kind: 'rewrite', table, removes: found.map(({ uri }) => uri) } as const);
  const write = await transaction.sink.begin(goal);
  await write.commit([await stage(write, element)], element);
}

async function commit(transaction: TableTransaction): Promise<TransactionEvent['outcome']> {
  try {
    await transaction.commit();
    return 'committed';
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'STORAGE_CONFLICT') throw error;
    await transaction.abort();
    return 'conflict';
  }
}
