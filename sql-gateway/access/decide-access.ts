import { type Catalog, PlatformError, type RelationName, type TableSnapshot, type ViewDefinition } from '../../spi/index.ts';
import type { BoundStatement, ReadReference, RelationReference, StatementReferences } from '../../sql/bind/index.ts';
import type { AccessState } from './access-state.ts';
import { policiesFor } from './policies-of-reader.ts';
import { objectKey, type ObjectRef, type Rights, rightsOfOwner } from './rights.ts';
import { relationRef, schemaRef } from './visible-catalog.ts';

/** A bound statement that waits for the decision whether it may be run. */
export interface AccessQuestion {
  readonly statement: BoundStatement;
  readonly references: StatementReferences;
  readonly state: AccessState;
  /** Rights of who runs it. */
  readonly rights: Rights;
  /** All relations, in the state of the catalog that the statement was bound in. */
  readonly catalog: Catalog;
}

/** Decides whether a statement may be run: the one place where that is done, on exactly what the binder says that it reads and changes.
 *  What stands in the text of a view is read with the rights of the view's owner.
 *  @throws AUTH_FORBIDDEN with what is missing and who may grant it, CATALOG_UNKNOWN_TABLE for what is not seen */
export async function decideAccess(question: AccessQuestion): Promise<void> {
  const { statement, references, rights } = question;
  const explained = statement.kind === 'explain';
  for (const read of references.reads) await decideRead(read, question, explained);
  for (const name of references.functions)
    requireOn(rights, { key: objectKey('function', name), schemaKey: null }, 'EXECUTE', `function ${name}`);
  if (!rights.administrator) await decideEffect(explained ? statement.statement : statement, question);
}

async function decideRead(read: ReadReference, question: AccessQuestion, explained: boolean): Promise<void> {
  const { rights, references, state, catalog } = question;
  // Relations of information_schema and system show each user what he may see; metadata tables count as their table.
  if (read.kind === 'virtual') return;
  if (read.kind === 'file') {
    requireAdministrator(rights, 'Reading and writing files of the server');
    return;
  }
  const definer = read.via === null ? null : await definerOf(read.via, references, state, catalog);
  const reader = definer ?? rights;
  // A plan shows what lies behind a view.
  const readers = definer !== null && explained ? [definer, rights] : [reader];
  if (readers.every(({ administrator }) => administrator)) return;
  if (read.kind === 'outside_table') {
    for (const each of readers) requireAdministrator(each, 'Reading tables of outside databases');
  }
  const found = await catalog.resolve(read);
  if (found === null) throw unknownRelation(read);
  for (const each of readers) {
    const missing = missingColumns(read, found, each);
    if (missing === null) continue;
    if (each === definer) throw definerForbidden(read);
    throw forbidden(each, `SELECT on ${labelOf(read)}${missing.length === 0 ? '' : ` (${missing.join(', ')})`}`);
  }
}

/** Returns the columns that may not be read, none when it is about the relation as such; null when nothing is missing. */
function missingColumns(read: ReadReference, found: TableSnapshot | ViewDefinition, rights: Rights): readonly string[] | null {
  const ref = relationRef(found);
  if (rights.extent(schemaRef(read.schema), 'USAGE') === 'none') return [];
  const extent = rights.extent(ref, 'SELECT');
  if (extent === 'all') return null;
  if (read.columns.length === 0) return extent === 'none' && !rights.sees(ref) ? [] : null;
  if (extent === 'none') return [];
  if (found.kind === 'view') return emptyIsNull(read.columns.filter((column) => !extent.has(column.toLowerCase())));
  if (read.fieldIds.length < read.columns.length) return read.columns;
  return read.fieldIds.every((id) => extent.has(String(id))) ? null : read.columns;
}

const emptyIsNull = (columns: readonly string[]): readonly string[] | null => (columns.length === 0 ? null : columns);

/** Returns the rights of the owner of a view.
 *  @throws AUTH_FORBIDDEN when two views could be meant */
async function definerOf(label: string, { reads }: StatementReferences, state: AccessState, catalog: Catalog): Promise<Rights> {
  const named = reads.filter((read) => read.kind === 'view' && `${read.schema}.${read.name}` === label);
  const [view, another] = named.filter((read, index) => named.findIndex((other) => other.schema === read.schema) === index);
  const found = view === undefined || another !== undefined ? null : await catalog.resolve(view);
  if (found?.kind !== 'view') {
    throw new PlatformError('AUTH_FORBIDDEN', `It cannot be told whose rights the view ${label} has: two views are called so.`, {
      hint: 'Rename one of them.',
    });
  }
  return rightsOfOwner(state, found.owner);
}

async function decideEffect(statement: BoundStatement, question: AccessQuestion): Promise<void> {
  const { rights, catalog, references } = question;
  switch (statement.kind) {
    case 'query':
    case 'set':
    case 'prepare':
    case 'deallocate':
    case 'transaction':
    case 'refused':
    case 'explain':
    // What a change of privileges needs is decided with the state that it changes.
    case 'access':
      return;
    case 'copy_from':
    case 'copy_to':
      requireAdministrator(rights, 'COPY, which reads and writes files of the server,');
      return;
    case 'transfer':
      requireAdministrator(rights, statement.procedure);
      return;
    case 'alter_route':
    case 'clear_engine':
      requireAdministrator(rights, 'ALTER ROUTE');
      return;
    case 'create_schema':
      requireAdministrator(rights, 'CREATE SCHEMA');
      return;
    case 'drop_schema':
      requireOn(rights, schemaRef(statement.schema), 'DROP', `schema ${statement.schema}`);
      return;
    case 'rename_schema':
      requireOn(rights, schemaRef(statement.schema), 'ALTER', `schema ${statement.schema}`);
      return;
    case 'create_table':
    case 'create_table_as':
    case 'create_materialized_view':
      return decideCreation(statement.spec.name, statement.ifExists === 'replace', rights, catalog);
    case 'create_view':
      return decideCreation(statement.view.name, statement.ifExists === 'replace', rights, catalog);
    case 'rename_table':
    case 'rename_view':
      await decideOn(statement.name, ['ALTER'], rights, catalog);
      return statement.newName.schema === statement.name.schema ? undefined : decideCreation(statement.newName, false, rights, catalog);
    case 'drop_table':
    case 'drop_view':
    case 'drop_materialized_view':
      return decideOn(statement.name, ['DROP'], rights, catalog);
    case 'alter_materialized_view':
      return decideOn(statement.name, ['ALTER'], rights, catalog);
    case 'alter_table':
      if (statement.table === null) return;
      await decideOn(statement.table, ['ALTER'], rights, catalog);
      return refuseUnderPolicies(statement.table, question);
    case 'call':
      // It reads files of the server, as COPY does.
      if (statement.procedure === 'system.add_files') {
        requireAdministrator(rights, statement.procedure);
        return;
      }
      requireOn(
        rights,
        { key: objectKey('procedure', statement.procedure), schemaKey: null },
        'EXECUTE',
        `procedure ${statement.procedure}`,
      );
      return decideOn(statement.table, ['ALTER'], rights, catalog);
    default:
      return decideChange(statement, references.target, question);
  }
}

type RowStatement = Extract<BoundStatement, { kind: 'insert' | 'delete' | 'update' | 'merge' | 'overwrite' | 'truncate' }>;

/** What a change of rows needs. The clauses of a MERGE may do all of it. */
const NEEDED: Readonly<Record<RowStatement['kind'], readonly string[]>> = {
  insert: ['INSERT'],
  delete: ['DELETE'],
  update: [],
  merge: ['INSERT', 'UPDATE', 'DELETE'],
  overwrite: ['INSERT', 'DELETE'],
  truncate: ['TRUNCATE'],
};

/** Changes that tell about the rows that are there, by which of them they change. */
const READING: ReadonlySet<RowStatement['kind']> = new Set(['delete', 'update', 'merge', 'overwrite']);

/** Who does not see a table as it is neither changes rows by conditions over it nor its columns.
 *  @throws AUTH_FORBIDDEN */
async function refuseUnderPolicies(table: RelationName, { state, rights, catalog }: AccessQuestion): Promise<void> {
  if (state.policies.size === 0) return;
  const found = await catalog.resolve(table);
  if (found === null || policiesFor(state, rights, relationRef(found)).length === 0) return;
  throw new PlatformError(
    'AUTH_FORBIDDEN',
    `Row filters or column masks of ${labelOf(table)} hold for you, so that you add rows to it and change nothing else.`,
    {
      hint: 'Who they do not hold for may change it: its owner, administrators, and whom they are set EXCEPT.',
    },
  );
}

async function decideChange(statement: RowStatement, target: RelationReference | null, question: AccessQuestion): Promise<void> {
  const { rights, catalog } = question;
  const { kind, table } = statement;
  if (table.catalog !== undefined) requireAdministrator(rights, 'Writing into tables of outside databases');
  await decideOn(table, NEEDED[kind], rights, catalog);
  if (READING.has(kind)) await refuseUnderPolicies(table, question);
  if (kind === 'insert' && statement.mode === 'overwrite') await decideOn(table, ['DELETE'], rights, catalog);
  if (kind !== 'update') return;
  const found = await catalog.resolve(table);
  if (found?.kind !== 'table') throw unknownRelation(table);
  const extent = rights.extent(relationRef(found), 'UPDATE');
  const idOf = (name: string): string => String(found.fields.find((field) => field.name === name)?.id ?? '');
  const columns = target?.columns ?? [];
  const missing = extent === 'all' ? [] : columns.filter((name) => extent === 'none' || !extent.has(idOf(name)));
  if (missing.length > 0 || (extent === 'none' && columns.length === 0)) {
    throw forbidden(rights, `UPDATE on ${labelOf(table)} (${missing.join(', ')})`);
  }
}

/** Decides whether rows may be added to a table.
 *  @throws AUTH_FORBIDDEN, CATALOG_UNKNOWN_TABLE */
export function decideAppend(table: RelationName, rights: Rights, catalog: Catalog): Promise<void> {
  return decideOn(table, ['INSERT'], rights, catalog);
}

/** @throws CATALOG_UNKNOWN_TABLE for what is not seen */
async function decideOn(name: RelationName, privileges: readonly string[], rights: Rights, catalog: Catalog): Promise<void> {
  const found = await catalog.resolve(name);
  const ref = found === null ? null : relationRef(found);
  if (ref === null || !rights.sees(ref) || rights.extent(schemaRef(name.schema), 'USAGE') === 'none') throw unknownRelation(name);
  for (const privilege of privileges) requireOn(rights, ref, privilege, labelOf(name));
}

async function decideCreation(name: RelationName, replaces: boolean, rights: Rights, catalog: Catalog): Promise<void> {
  requireOn(rights, schemaRef(name.schema), 'USAGE', `schema ${name.schema}`);
  requireOn(rights, schemaRef(name.schema), 'CREATE', `schema ${name.schema}`);
  const found = replaces ? await catalog.resolve(name) : null;
  if (found !== null) requireOn(rights, relationRef(found), 'DROP', labelOf(name));
}

function requireOn(rights: Rights, object: ObjectRef, privilege: string, label: string): void {
  if (rights.extent(object, privilege) !== 'all') throw forbidden(rights, `${privilege} on ${label}`);
}

function requireAdministrator(rights: Rights, what: string): void {
  if (rights.administrator) return;
  throw new PlatformError('AUTH_FORBIDDEN', `${what} is for administrators, and ${rights.user} is none.`, {
    hint: 'An administrator may GRANT administrator to you.',
  });
}

function forbidden({ user }: Rights, privilege: string): PlatformError {
  return new PlatformError('AUTH_FORBIDDEN', `The user ${user} has no ${privilege}.`, {
    hint: `The owner or an administrator may GRANT ${privilege} to ${user}.`,
  });
}

/** What the view reads is its owner's affair, and is not told to those who use it. */
function definerForbidden({ via }: ReadReference): PlatformError {
  return new PlatformError('AUTH_FORBIDDEN', `The owner of the view ${String(via)} may not read any more all that the view reads.`, {
    hint: 'A view is read with the rights of its owner; ask him or an administrator.',
  });
}

function unknownRelation({ schema, name }: RelationName): PlatformError {
  return new PlatformError('CATALOG_UNKNOWN_TABLE', `no table or view of the name ${name} in schema ${schema}`);
}

const labelOf = ({ schema, name }: RelationName): string => `${schema}.${name}`;
