import { type DataFile, formatType, PlatformError, type StagingTarget } from '../../../spi/index.ts';
import { typedColumns } from '../source/typed-columns.ts';
import type { OperationDatabases } from './operation-databases.ts';
import { renameColumns } from './rename-columns.ts';
import { writeDataFiles } from './write-data-files.ts';

const TABLE = 'frames';

/** Writes Arrow frames as data files of the target. @see DataService.writeFrames */
export function writeFrames(
  databases: OperationDatabases,
  target: StagingTarget,
  frames: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<readonly DataFile[]> {
  return databases.run([target.directory], signal, async (connection) => {
    const renamed = await renameColumns(frames);
    if (renamed.names.length !== target.fields.length) {
      throw new PlatformError(
        'SQL_TYPE_MISMATCH',
        `The rows have ${String(renamed.names.length)} columns, the table ${String(target.fields.length)}.`,
      );
    }
    await connection.ingest(TABLE, renamed.frames);
    const columns = await typedColumns(connection, `temp.${TABLE}`);
    const values = target.fields.map((field, index) => {
      const column = columns[index];
      const converted = column?.convert(field.type) ?? null;
      if (converted !== null) return converted;
      throw new PlatformError(
        'SQL_TYPE_MISMATCH',
        `Column ${String(index + 1)} of the rows is of type ${column?.typeName ?? 'none'}, which column "${field.name}" of type ${formatType(field.type)} does not take.`,
      );
    });
    return withNullColumn(
      target,
      () => writeDataFiles(connection, target, values, `temp.${TABLE}`),
      async () => {
        const checks = target.fields.map((field, index) => (field.nullable ? 'false' : `bool_or(c${String(index)} IS NULL)`));
        const [row] = await connection.queryRows(
          `SELECT ${checks.map((check, index) => `${check} AS n${String(index)}`).join(', ')} FROM temp.${TABLE}`,
        );
        return target.fields.find((_, index) => row?.[`n${String(index)}`] === true)?.name;
      },
    );
  });
}

/** Tells the column when the write failed because of a NULL. */
async function withNullColumn<Result>(
  target: StagingTarget,
  write: () => Promise<Result>,
  find: () => Promise<string | undefined>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const valueError = error instanceof PlatformError && (error.code === 'SQL_EVALUATION' || error.code === 'SQL_INVALID_VALUE');
    const name = valueError && target.fields.some((field) => !field.nullable) ? await find() : undefined;
    if (name === undefined) throw error;
    throw new PlatformError('SQL_INVALID_VALUE', `Column "${name}" takes no NULL, but there is one in the rows.`, {
      details: { column: name },
      cause: error,
    });
  }
}
