import type { CreatePolicy, CreateRole, DropPolicy, Grantee, GrantOrRevoke } from '../ast/index.ts';
import type { FormatRules } from './format-rules.ts';
import { formatColumnNames, formatIdentifier, formatQualifiedName } from './format-name.ts';

function formatGrantee({ type, name }: Grantee): string {
  return name === null ? 'PUBLIC' : `${type.toUpperCase()} ${formatIdentifier(name)}`;
}

/** Prints a GRANT or REVOKE statement. */
export function formatGrantOrRevoke({ kind, privileges, object, roles, grantees, withOption }: GrantOrRevoke): string {
  const granted =
    privileges === null || object === null
      ? roles.map(formatIdentifier).join(', ')
      : `${privileges.map(({ name, columns }) => `${name}${formatColumnNames(columns)}`).join(', ')} ON ${object.type.toUpperCase()} ${formatQualifiedName(object.name)}`;
  const word = privileges === null ? 'ADMIN' : 'GRANT';
  const list = grantees.map(formatGrantee).join(', ');
  if (kind === 'grant') return `GRANT ${granted} TO ${list}${withOption ? ` WITH ${word} OPTION` : ''}`;
  return `REVOKE ${withOption ? `${word} OPTION FOR ` : ''}${granted} FROM ${list}`;
}

/** Prints a CREATE ROLE statement. */
export function formatCreateRole({ type, name, ifNotExists }: CreateRole): string {
  return `CREATE ${type.toUpperCase()} ${ifNotExists ? 'IF NOT EXISTS ' : ''}${formatIdentifier(name)}`;
}

/** Prints a CREATE ROW FILTER or CREATE COLUMN MASK statement. */
export function formatCreatePolicy({ name, table, column, grantees, exceptions, expression }: CreatePolicy, rules: FormatRules): string {
  const type = column === null ? 'ROW FILTER' : 'COLUMN MASK';
  const on = `${formatQualifiedName(table)}${column === null ? '' : formatColumnNames([column])}`;
  return `CREATE ${type} ${formatIdentifier(name)} ON ${on}${granteesAfter('TO', grantees)}${granteesAfter('EXCEPT', exceptions)} USING (${rules.expression(expression)})`;
}

/** Prints a DROP ROW FILTER or DROP COLUMN MASK statement. */
export function formatDropPolicy({ type, name, table, ifExists }: DropPolicy): string {
  return `DROP ${type.replace('-', ' ').toUpperCase()} ${ifExists ? 'IF EXISTS ' : ''}${formatIdentifier(name)} ON ${formatQualifiedName(table)}`;
}

function granteesAfter(word: string, grantees: readonly Grantee[]): string {
  return grantees.length === 0 ? '' : ` ${word} ${grantees.map(formatGrantee).join(', ')}`;
}
