import { PlatformError } from '../../spi/index.ts';
import { readParquetFooter } from './read-parquet-footer.ts';

/** Checks that a data file has field ids: without them its columns could be found by name until the first of them is renamed, and would be NULL from then on.
 *  The name mapping of a table is not followed in files that others added.
 *  @throws STORAGE_UNSUPPORTED, STORAGE_FILE */
export async function checkFieldIds(path: string): Promise<void> {
  const [, ...elements] = (await readParquetFooter(path)).schema;
  if (elements.some(({ field_id: id }) => id !== undefined)) return;
  throw new PlatformError('STORAGE_UNSUPPORTED', `The data file ${path} has no field ids.`, {
    hint: 'Rewrite it with the program that owns the table, or load it into a table of its own by COPY FROM.',
    details: { path },
  });
}
