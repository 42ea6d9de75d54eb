import { once } from 'node:events';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { stat } from 'node:fs/promises';
import { assert, type Fragment, pathToLocation, PlatformError, type TableRef, type WriteTransaction } from '../../../spi/index.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';
import { openWarehouseWith } from '../../../storage/open-warehouse.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { CRASH_TABLE } from './crash-table.ts';

/** Program that appends to a table without an end, several appends at a time, and says so on its output when one is acknowledged.
 *  Arguments: the warehouse, the committer's entry, the first id, how many appends at a time, how many in all (0: no end).
 *  A load with an end waits for a line on its input before it begins, so that several can begin together.
 *  Each append is one row with its id in each of two files, so that half an append can be told from a whole one. */
const [directory, entry, firstId, parallel, appendsMax] = process.argv.slice(2);
assert(directory !== undefined && entry !== undefined, 'the load is told its warehouse and its committer');

const warehouse = await openWarehouseWith(
  { directory, dataService: closedDataService(), onLog: (line) => void process.stderr.write(`${line}\n`) },
  { files: localFileSystem(), committerEntry: new URL(entry), committerEnv: {} },
);
const found = await warehouse.catalog.resolve(CRASH_TABLE.name);
assert(found?.kind === 'table', 'the table was created before the load began');
const table: TableRef = found.ref;
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });

let nextId = Number(firstId);
const lastId = Number(appendsMax) === 0 ? Infinity : nextId + Number(appendsMax);

process.stdout.write('ready\n');
if (lastId !== Infinity) {
  await once(process.stdin, 'data');
  process.stdin.unref();
}
await Promise.all(Array.from({ length: Number(parallel) }, appendForever));
process.stdout.write('done\n');
await warehouse.close();
instance.closeSync();

async function appendForever(): Promise<void> {
  const connection = await instance.connect();
  while (nextId < lastId) {
    const id = nextId;
    nextId += 1;
    try {
      const transaction = await warehouse.sink.begin({ kind: 'append', table });
      const fragments = [await stageRow(connection, transaction, id, 1), await stageRow(connection, transaction, id, 2)];
      await transaction.commit(fragments, `append-${String(id)}`);
      process.stdout.write(`ack ${String(id)}\n`);
    } catch (error) {
      process.stdout.write(`error ${String(id)} ${PlatformError.from(error, 'INTERNAL_INVARIANT').code}\n`);
    }
  }
}

async function stageRow(connection: DuckDBConnection, transaction: WriteTransaction, id: number, half: number): Promise<Fragment> {
  const task = `half${String(half)}`;
  const { directory: staging } = await transaction.target(task, 1);
  const path = join(staging, 'part-0.parquet');
  await connection.run(
    `COPY (SELECT ${String(id)}::BIGINT AS id, ${String(half)}::INTEGER AS half) TO '${path}' (FORMAT parquet, FIELD_IDS {id: 1, half: 2})`,
  );
  const { size } = await stat(path);
  return { task, attempt: 1, files: [{ uri: pathToLocation(path), rows: 1, bytes: size, partition: [], columns: [] }] };
}
