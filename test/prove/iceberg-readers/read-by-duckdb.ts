import type { DuckDBConnection } from '@duckdb/node-api';
import { readDeletionVector } from '../../../runtime/deletion-vector/index.ts';
import { typeSql } from '../../../runtime/duckdb/type-sql.ts';
import { assert, type DataType, type Field, locationToPath, type ParquetSplit, type RowDelete } from '../../../spi/index.ts';

/** A column of a Parquet file, or a part of one, as the file tells it. */
interface FileNode {
  readonly name: string;
  readonly fieldId: number | null;
  readonly children: readonly FileNode[];
}

/** Returns the query that reads the planned files of a table file by file in the plainest way: columns by the ids that each file has, deletes as sets of
 *  positions or of values. It shares nothing with the statements of the platform but the plan. */
export async function plainQuery(duckdb: DuckDBConnection, fields: readonly Field[], splits: readonly ParquetSplit[]): Promise<string> {
  const parts: string[] = [];
  for (const split of splits) parts.push(await splitQuery(duckdb, fields, split));
  if (parts.length > 0) return parts.join(' UNION ALL ');
  return `SELECT ${fields.map(({ name, type }) => `NULL::${typeSql(type)} AS ${quoted(name)}`).join(', ')} WHERE false`;
}

async function splitQuery(duckdb: DuckDBConnection, fields: readonly Field[], split: ParquetSplit): Promise<string> {
  const file = await columnsOf(duckdb, split.uri);
  const items = fields.map((field) => {
    const node = file.find(({ fieldId }) => fieldId === field.id);
    const value = node === undefined ? missing(field) : valueOf(`d.${quoted(node.name)}`, node, field.type);
    return `CAST(${value} AS ${typeSql(field.type)}) AS ${quoted(field.name)}`;
  });
  const conditions: string[] = [];
  for (const [index, each] of split.deletes.entries()) conditions.push(await keeps(duckdb, file, split.uri, each, `e${String(index)}`));
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${items.join(', ')} FROM ${parquet(split.uri)} d${where}`;
}

/** Returns the condition that is true of the rows that a delete file leaves. */
async function keeps(duckdb: DuckDBConnection, file: readonly FileNode[], uri: string, found: RowDelete, alias: string): Promise<string> {
  switch (found.kind) {
    case 'position':
      return `d.file_row_number NOT IN (SELECT pos FROM ${parquet(found.uri)} WHERE file_path = ${text(uri)})`;
    case 'vector': {
      const positions = readDeletionVector(found);
      return positions.length === 0 ? 'true' : `d.file_row_number NOT IN (${positions.join(', ')})`;
    }
    case 'equality': {
      const deleted = await columnsOf(duckdb, found.uri);
      const name = (nodes: readonly FileNode[], id: number): string => {
        const node = nodes.find(({ fieldId }) => fieldId === id);
        assert(node !== undefined, 'the columns of an equality delete are in both files');
        return quoted(node.name);
      };
      const same = found.columns.map(({ fieldId }) => `${alias}.${name(deleted, fieldId)} IS NOT DISTINCT FROM d.${name(file, fieldId)}`);
      return `NOT EXISTS (SELECT 1 FROM ${parquet(found.uri)} ${alias} WHERE ${same.join(' AND ')})`;
    }
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const parquet = (uri: string): string => `read_parquet(${text(locationToPath(uri))}, file_row_number = true)`;

function missing({ initialDefault }: Field): string {
  return initialDefault === undefined ? 'NULL' : text(initialDefault);
}

/** Parts of structs are found by id too. */
function valueOf(value: string, node: FileNode, type: DataType): string {
  if (type.kind !== 'struct') return value;
  const parts = type.fields.map((field) => {
    const part = node.children.find(({ fieldId }) => fieldId === field.id);
    const inner =
      part === undefined ? `NULL::${typeSql(field.type)}` : valueOf(`struct_extract(${value}, ${text(part.name)})`, part, field.type);
    return `${quoted(field.name)} := ${inner}`;
  });
  return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
}

async function columnsOf(duckdb: DuckDBConnection, uri: string): Promise<readonly FileNode[]> {
  const read = await duckdb.runAndReadAll(
    `SELECT name, field_id::INTEGER, coalesce(num_children, 0)::INTEGER FROM parquet_schema(${text(locationToPath(uri))})`,
  );
  const rows = read.getRows() as unknown as readonly (readonly [string, number | null, number])[];
  let at = 0;
  const node = (): FileNode => {
    const row = rows[at];
    assert(row !== undefined, 'a file has the parts that its schema counts');
    at += 1;
    const [name, fieldId, children] = row;
    return { name, fieldId, children: Array.from({ length: children }, node) };
  };
  return node().children;
}
