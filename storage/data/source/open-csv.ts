import { quoteName, quoteText } from '../../../runtime/duckdb/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { convertText } from '../conversion/convert-text.ts';
import { csvDialect } from './csv-dialect.ts';
import { readCsvRecord } from './read-csv-record.ts';
import type { SourceRelation } from './source-relation.ts';

/** Opens a CSV file, every column as text; an empty file has no rows.
 *  Guarantees: records with too few or too many fields, open quotes and bytes that are not UTF-8 are errors with their line.
 *  @throws STORAGE_FILE, SQL_INVALID_VALUE for options */
export async function openCsv(source: FileSource, linkPath: string): Promise<SourceRelation> {
  const dialect = csvDialect(source.options);
  const first = await readCsvRecord(source, dialect);
  if (first === null) return { from: '(SELECT NULL WHERE false)', columns: [], named: false };
  const names = dialect.header ? first : first.map((_, index) => `column${String(index)}`);
  const formals = names.map((_, index) => `c${String(index)}`);
  const columns = formals.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ');
  const settings = [
    'auto_detect = false',
    `header = ${String(dialect.header)}`,
    `delim = ${quoteText(dialect.delimiter)}`,
    `quote = ${quoteText(dialect.quote)}`,
    `escape = ${quoteText(dialect.escape)}`,
    `nullstr = ${quoteText(dialect.nullText)}`,
    'allow_quoted_nulls = false',
    'strict_mode = true',
    'hive_partitioning = false',
    `compression = ${quoteText(linkPath.endsWith('.gz') ? 'gzip' : 'none')}`,
    `columns = {${columns}}`,
  ];
  return {
    from: `read_csv(${quoteText(linkPath)}, ${settings.join(', ')})`,
    named: dialect.header,
    columns: names.map((name, index) => {
      const value = quoteName(formals[index] ?? '');
      return { name, value, typeName: 'text', convert: (to) => convertText(value, to, dialect.formats) };
    }),
  };
}
