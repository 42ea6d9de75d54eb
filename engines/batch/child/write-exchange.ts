import { rm } from 'node:fs/promises';
import { type Connection, quoteText } from '../../../runtime/duckdb/index.ts';
import { printQuery } from '../../duckdb/print-query.ts';
import type { ExchangeFile, TaskMessage, TaskOutput } from '../task-message.ts';

/** Name of the computed column that files are divided by. */
const PARTITION = '__partition';

const SETTINGS = ['FORMAT parquet', 'COMPRESSION lz4', 'RETURN_STATS'];

/** Runs a query and writes its rows, divided by the hash of the keys, as Parquet files whose columns are `o0`, `o1`, ...
 *  Guarantees: equal keys of equal types give the same partition in every process; NULLs are alike, and so are 0 and -0. */
export async function writeExchange(
  connection: Connection,
  message: TaskMessage,
  output: Extract<TaskOutput, { kind: 'exchange' }>,
): Promise<readonly ExchangeFile[]> {
  const { sql, parameters } = printQuery(message);
  const divided = output.partitions > 1;
  const statement = divided
    ? `COPY (SELECT *, ${partitionSql(output)} AS ${PARTITION} FROM (${sql})) TO ${quoteText(output.directory)} ` +
      `(${[...SETTINGS, `PARTITION_BY (${PARTITION})`, `FILENAME_PATTERN 'rows_{uuid}'`, 'OVERWRITE_OR_IGNORE'].join(', ')})`
    : `COPY (${sql}) TO ${quoteText(output.directory)} (${[...SETTINGS, 'PER_THREAD_OUTPUT', `FILENAME_PATTERN 'rows_{uuid}'`].join(', ')})`;
  const files = (await connection.queryRows(statement, parameters)).map((row): ExchangeFile => {
    const keys = row['partition_keys'];
    return {
      path: typeof row['filename'] === 'string' ? row['filename'] : '',
      partition: divided && keys instanceof Map ? Number(keys.get(PARTITION)) : 0,
      rows: Number(row['count']),
      bytes: Number(row['file_size_bytes']),
    };
  });
  await Promise.all(files.filter((file) => file.rows === 0).map((file) => rm(file.path, { force: true })));
  return files.filter((file) => file.rows > 0);
}

/** The hash is hashed once more: DuckDB's own tables over the rows of one partition use the bits of the first one. */
function partitionSql({ keys, partitions }: Extract<TaskOutput, { kind: 'exchange' }>): string {
  const columns = keys.map((key) => `o${String(key)}`).join(', ');
  return `hash(hash(${columns})) % ${String(partitions)}`;
}
