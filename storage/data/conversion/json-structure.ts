import type { DataType } from '../../../spi/index.ts';

const KINDS: Readonly<Record<string, DataType>> = {
  BOOLEAN: { kind: 'boolean' },
  BIGINT: { kind: 'bigint' },
  UBIGINT: { kind: 'bigint' },
  DOUBLE: { kind: 'double' },
};

/** Returns the type of nested JSON values from the text that DuckDB's `json_group_structure` gives: a string names a scalar, an array of one holds
 *  the type of elements, an object those of fields. What is mixed is text. */
export function parseJsonStructure(structure: string): DataType {
  return typeOf(JSON.parse(structure) as unknown);
}

function typeOf(structure: unknown): DataType {
  if (Array.isArray(structure)) return { kind: 'list', element: typeOf(structure[0]), elementNullable: true };
  if (typeof structure === 'object' && structure !== null) {
    const fields = Object.entries(structure).map(([name, inner]) => ({ name, type: typeOf(inner), nullable: true }));
    return fields.length === 0 ? { kind: 'varchar' } : { kind: 'struct', fields };
  }
  return KINDS[String(structure)] ?? { kind: 'varchar' };
}
