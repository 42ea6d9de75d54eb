import type { Catalog, RelationName } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';

/** Returns what the name that a definition changes stands for now: a text that differs for different things; null for nothing, and for
 *  statements that define nothing. */
export async function describeName(statement: BoundStatement, catalog: Catalog): Promise<string | null> {
  switch (statement.kind) {
    case 'create_schema':
    case 'drop_schema': {
      const wanted = statement.schema.toLowerCase();
      return (await catalog.schemas()).find((schema) => schema.toLowerCase() === wanted) ?? null;
    }
    case 'create_table':
      return describeRelation(statement.spec.name, catalog);
    case 'alter_table':
      return statement.table === null ? null : describeTable(statement.table, catalog);
    case 'create_view':
      return describeRelation(statement.view.name, catalog);
    case 'rename_schema': {
      const wanted = statement.newName.toLowerCase();
      return (await catalog.schemas()).find((schema) => schema.toLowerCase() === wanted) ?? null;
    }
    case 'rename_table':
    case 'rename_view':
      return describeRelation(statement.newName, catalog);
    case 'drop_table':
    case 'drop_view':
      return describeRelation(statement.name, catalog);
    case 'transfer':
      return statement.names['table'] === undefined ? null : describeRelation(statement.names['table'], catalog);
    default:
      return null;
  }
}

async function describeRelation(name: RelationName, catalog: Catalog): Promise<string | null> {
  const found = await catalog.resolve(name);
  if (found === null) return null;
  return found.kind === 'table' ? `table ${found.ref.uuid}` : `view ${found.defaultSchema} ${found.sql}`;
}

async function describeTable(name: RelationName, catalog: Catalog): Promise<string | null> {
  const found = await catalog.resolve(name);
  if (found?.kind !== 'table') return null;
  const { ref, fields, partitionSpec, properties, comment } = found;
  return JSON.stringify([ref.uuid, fields, partitionSpec, properties, comment]);
}

/** Returns whether a definition that may have run before the process died did: definitions carry no idempotency key, so what its name stands
 *  for is compared with what it stood for before. Statements that write rows are recognised by their key and never here. */
export function hadEffect(statement: BoundStatement, before: string | null, now: string | null): boolean {
  if (isHarmlessAgain(statement)) return false;
  switch (statement.kind) {
    case 'create_schema':
    case 'create_table':
    case 'alter_table':
    case 'create_view':
    case 'rename_table':
    case 'rename_view':
    case 'rename_schema':
    case 'transfer':
      return now !== null && now !== before;
    case 'drop_schema':
    case 'drop_table':
    case 'drop_view':
      return before !== null && now !== before;
    default:
      return false;
  }
}

/** What somebody else changed meanwhile says nothing about these, and to do them again changes nothing. */
function isHarmlessAgain(statement: BoundStatement): boolean {
  if (statement.kind !== 'alter_table') return false;
  return statement.changes.every((change) => change.kind === 'fast_forward' || (change.kind === 'drop_reference' && change.ifExists));
}
