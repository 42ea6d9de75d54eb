import type { CreateRole, Grantee, GrantOrRevoke } from '../ast/index.ts';
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
