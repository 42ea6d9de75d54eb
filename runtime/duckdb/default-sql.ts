import type { DataType } from '../../spi/index.ts';
import { quoteText } from './quote-sql.ts';

/** Returns what `read_parquet` puts into a column that a file lacks, as a text that DuckDB casts to the column's type.
 *  @param text the value in canonical text; NULL when left out */
export function defaultSql({ kind }: DataType, text: string | undefined): string {
  if (text === undefined) return 'NULL';
  if (kind !== 'varbinary') return quoteText(text);
  return quoteText(
    Buffer.from(text, 'base64')
      .toString('hex')
      .replaceAll(/../g, (byte) => `\\x${byte}`),
  );
}
