import { randomUUID } from 'node:crypto';
import { constants, copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Connection,
  quoteName,
  quoteText,
  writeParquet,
  writeParquetUntold,
  type WrittenFile,
} from '../../../runtime/duckdb/index.ts';
import { assert, type DataFile, type FileSource, pathToLocation, PlatformError, type StagingTarget } from '../../../spi/index.ts';
import { readShortFacts, tellsAll, TEXT_BYTES_TOLD } from '../parquet/read-short-facts.ts';
import { matchColumns } from '../source/match-columns.ts';
import { ndjsonColumns } from '../source/open-ndjson.ts';
import { readSmallNdjson, type SmallNdjson } from '../source/small-ndjson.ts';
import type { OperationDatabases } from './operation-databases.ts';
import { selectTarget } from './write-data-files.ts';

/** Writes the rows of a small NDJSON file into one data file, by a statement that is planned once for all files with the same keys: to read the file by a
 *  query of its own and to plan that takes longer than to write it.
 *  Guarantees: the rows are those that the query would write; null, and nothing written, where that is to judge: for other files and targets, and
 *  when anything is wrong. */
export async function writeSmallFile(
  databases: OperationDatabases,
  target: StagingTarget,
  file: FileSource,
  signal: AbortSignal,
): Promise<readonly DataFile[] | null> {
  if (!isPlain(file, target)) return null;
  const small = readSmallNdjson(file.path);
  if (small === null || !small.keysDiffer || small.keys.length === 0) return null;
  const query = querySmall(small.keys, file, target);
  if (query === null) return null;
  try {
    return await databases.runAgain(signal, (connection, path) => writeLines(small, { connection, path, query, target }));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof PlatformError)) throw error;
    // The query of the file tells what is wrong, and where.
    return null;
  }
}

function isPlain({ format, path, options, columns }: FileSource, { partitionSpec, sortOrder }: StagingTarget): boolean {
  const plainFile = format === 'ndjson' && !path.endsWith('.gz') && columns === null && Object.keys(options).length === 0;
  return plainFile && partitionSpec.fields.length === 0 && sortOrder === undefined;
}

/** Returns the query whose parameter is the text of the lines; null where there is none for such keys. */
function querySmall(keys: readonly string[], file: FileSource, target: StagingTarget): string | null {
  if (keys.some((key) => key === '' || key.includes('\0'))) return null;
  const structure = `{${keys.map((key) => `${JSON.stringify(key)}:"JSON"`).join(',')}}`;
  const lines = `SELECT unnest(string_split(CAST($1 AS VARCHAR), chr(10))) AS line`;
  const from = `(SELECT unnest(json_transform(line, ${quoteText(structure)})) FROM (${lines})) AS rows(${keys.map(quoteName).join(', ')})`;
  try {
    const matches = matchColumns({ from, columns: ndjsonColumns(keys), named: true }, file, target.fields);
    return selectTarget(
      target,
      matches.map((match) => match.converted),
      from,
    );
  } catch {
    // The keys do not fit the table: the query of the file says so.
    return null;
  }
}

interface SmallWrite {
  readonly connection: Connection;
  /** Where the statement writes, each time again. */
  readonly path: string;
  readonly query: string;
  readonly target: StagingTarget;
}

async function writeLines({ lines }: SmallNdjson, { connection, path, query, target }: SmallWrite): Promise<readonly DataFile[]> {
  const { fields, partitionSpec, directory, fileSizeBytesTarget } = target;
  const parameters = [{ type: 'varchar', value: lines.join('\n') }];
  const options = { selectSql: query, parameters, fields, partitionSpec, directory, fileSizeBytesTarget, again: path };
  const toldByFooter = tellsAll(fields) && lines.every((line) => Buffer.byteLength(line) <= TEXT_BYTES_TOLD);
  const files = toldByFooter ? [await writeShort(connection, options)] : await writeParquet(connection, options);
  assert(
    files.every(({ rows }) => rows === lines.length),
    'every line is a row',
  );
  return files.map(({ path: from, ...facts }) => {
    const to = join(directory, `data_${randomUUID()}.parquet`);
    moveFile(from, to);
    return { uri: pathToLocation(to), ...facts };
  });
}

async function writeShort(connection: Connection, options: Parameters<typeof writeParquetUntold>[1]): Promise<WrittenFile> {
  await writeParquetUntold(connection, options);
  return readShortFacts(options.again, options.fields);
}

function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    rmSync(from);
  }
}
