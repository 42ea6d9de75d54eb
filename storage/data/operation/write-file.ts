import type { Connection } from '../../../runtime/duckdb/index.ts';
import { type DataFile, type FileSource, PlatformError, type StagingTarget } from '../../../spi/index.ts';
import { asFileError, type ReadingState } from '../source/as-file-error.ts';
import { checkSource } from '../source/link-source.ts';
import { locateBadValue } from '../source/locate-bad-value.ts';
import { type ColumnMatch, matchColumns } from '../source/match-columns.ts';
import { openSource } from '../source/open-source.ts';
import type { SourceRelation } from '../source/source-relation.ts';
import type { OperationDatabases } from './operation-databases.ts';
import { writeDataFiles } from './write-data-files.ts';
import { writeSmallFile } from './write-small-file.ts';

/** Reads a user's file and writes its rows as data files of the target. @see DataService.writeFile */
export async function writeFile(
  databases: OperationDatabases,
  target: StagingTarget,
  file: FileSource,
  signal: AbortSignal,
): Promise<readonly DataFile[]> {
  const small = await writeSmallFile(databases, target, file, signal);
  if (small !== null) return small;
  const source = await checkSource(file);
  return databases.runOnSource(source, [target.directory], signal, async (connection, linkPath) => {
    const reading: ReadingState = { connection, source, linkPath, relation: null };
    try {
      const relation = await openSource(connection, source, reading.linkPath);
      reading.relation = relation;
      return await writeMatched(reading, relation, target);
    } catch (error) {
      throw await asFileError(reading, error);
    }
  });
}

async function writeMatched(
  { connection, source }: ReadingState,
  relation: SourceRelation,
  target: StagingTarget,
): Promise<readonly DataFile[]> {
  const matches = matchColumns(relation, source, target.fields);
  try {
    return await writeDataFiles(
      connection,
      target,
      matches.map((match) => match.converted),
      relation.from,
    );
  } catch (error) {
    const located = isValueError(error) ? await locate(connection, source, relation, matches) : null;
    throw located ?? error;
  }
}

const VALUE_CODES = new Set(['SQL_INVALID_VALUE', 'SQL_OVERFLOW', 'SQL_EVALUATION']);

function isValueError(error: unknown): boolean {
  return error instanceof PlatformError && VALUE_CODES.has(error.code);
}

async function locate(
  connection: Connection,
  source: FileSource,
  relation: SourceRelation,
  matches: readonly ColumnMatch[],
): Promise<PlatformError | null> {
  try {
    return await locateBadValue(connection, source, relation, matches);
  } catch {
    // The file breaks off before a bad value is found: the first error tells that better.
    return null;
  }
}
