import { type Connection, quoteName } from '../../../runtime/duckdb/index.ts';
import { assert } from '../../../spi/index.ts';
import { convertTyped } from '../conversion/convert-typed.ts';
import { parseSourceType } from '../conversion/source-type.ts';
import type { SourceColumn } from './source-relation.ts';

/** Returns the columns of a relation whose columns have types. */
export async function typedColumns(connection: Connection, from: string): Promise<readonly SourceColumn[]> {
  const rows = await connection.queryRows(`DESCRIBE SELECT * FROM ${from}`);
  return rows.map((row) => {
    const { column_name: name, column_type: typeName } = row;
    assert(typeof name === 'string' && typeof typeName === 'string', 'DESCRIBE gives names and types as text');
    const value = quoteName(name);
    return { name, value, typeName, convert: (to) => convertTyped(value, parseSourceType(typeName), to) };
  });
}
