import type { Grantee, GrantOrRevoke, Identifier, Privilege, PrivilegeObject, Statement } from '../ast/index.ts';
import { keywordOf } from '../lex/index.ts';
import { parseColumnNames, parseCommaList, parseIdentifier, parseQualifiedName } from './parse-name.ts';
import type { TokenCursor } from './token-cursor.ts';

const PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'CREATE', 'ALTER', 'DROP', 'EXECUTE', 'USAGE'] as const;

/** Reads one privilege; null where none stands. */
function acceptPrivilege(cursor: TokenCursor): Privilege | null {
  const { start } = cursor.token;
  if (cursor.acceptWord('ALL')) {
    cursor.acceptWord('PRIVILEGES');
    return { kind: 'privilege', name: 'ALL', columns: [], span: cursor.spanFrom(start) };
  }
  const name = PRIVILEGES.find((word) => cursor.acceptWord(word));
  if (name === undefined) return null;
  const columns = cursor.isSymbol('(') ? parseColumnNames(cursor) : [];
  return { kind: 'privilege', name, columns, span: cursor.spanFrom(start) };
}

function parseObject(cursor: TokenCursor): PrivilegeObject {
  const types = ['schema', 'table', 'view', 'function', 'procedure', 'engine'] as const;
  const type = types.find((candidate) => cursor.acceptWord(keywordOf(candidate))) ?? 'table';
  return { type, name: parseQualifiedName(cursor, `a ${type} name`) };
}

/** Reads who gets something. */
export function parseGrantee(cursor: TokenCursor): Grantee {
  const { start } = cursor.token;
  if (cursor.acceptWord('PUBLIC')) return { kind: 'grantee', type: 'public', name: null, span: cursor.spanFrom(start) };
  const type = cursor.acceptWord('ROLE') ? 'role' : 'user';
  if (type === 'user') cursor.acceptWord('USER');
  const name = parseIdentifier(cursor, 'the name of a user or role');
  return { kind: 'grantee', type, name, span: cursor.spanFrom(start) };
}

type Granted = Pick<GrantOrRevoke, 'privileges' | 'object' | 'roles'>;

function parseGranted(cursor: TokenCursor): Granted {
  const first = acceptPrivilege(cursor);
  if (first === null) {
    const roles: Identifier[] = parseCommaList(cursor, (inner) => parseIdentifier(inner, 'a privilege or the name of a role'));
    return { privileges: null, object: null, roles };
  }
  const privileges = [first];
  while (cursor.acceptSymbol(',')) privileges.push(acceptPrivilege(cursor) ?? cursor.fail('a privilege'));
  cursor.expectWord('ON');
  return { privileges, object: parseObject(cursor), roles: [] };
}

/** Reads a GRANT statement. */
export function parseGrant(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('GRANT');
  const granted = parseGranted(cursor);
  cursor.expectWord('TO');
  const grantees = parseCommaList(cursor, parseGrantee);
  const withOption = cursor.acceptWord('WITH');
  if (withOption) {
    cursor.expectWord(granted.object === null ? 'ADMIN' : 'GRANT');
    cursor.expectWord('OPTION');
  }
  return { kind: 'grant', ...granted, grantees, withOption, span: cursor.spanFrom(start) };
}

/** Reads a REVOKE statement. */
export function parseRevoke(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('REVOKE');
  const withOption = cursor.acceptWords('GRANT', 'OPTION', 'FOR') || cursor.acceptWords('ADMIN', 'OPTION', 'FOR');
  const granted = parseGranted(cursor);
  cursor.expectWord('FROM');
  const grantees = parseCommaList(cursor, parseGrantee);
  return { kind: 'revoke', ...granted, grantees, withOption, span: cursor.spanFrom(start) };
}
