import type { DropPolicy, Grantee, Statement } from '../ast/index.ts';
import { parseGrantee } from './parse-access.ts';
import { parseIfExists } from './parse-existence.ts';
import { parseCommaList, parseIdentifier, parseQualifiedName } from './parse-name.ts';
import type { TokenCursor } from './token-cursor.ts';

type PolicyType = DropPolicy['type'];

/** Passes ROW FILTER or COLUMN MASK; null where neither stands. */
export function acceptPolicyType(cursor: TokenCursor): PolicyType | null {
  if (cursor.acceptWord('ROW')) {
    cursor.expectWord('FILTER');
    return 'row-filter';
  }
  if (!cursor.acceptWord('COLUMN')) return null;
  cursor.expectWord('MASK');
  return 'column-mask';
}

/** Reads what follows CREATE ROW FILTER or CREATE COLUMN MASK. */
export function parseCreatePolicy(cursor: TokenCursor, type: PolicyType, start: number): Statement {
  const name = parseIdentifier(cursor, `the name of a ${type === 'row-filter' ? 'filter' : 'mask'}`);
  cursor.expectWord('ON');
  const table = parseQualifiedName(cursor, 'a table name');
  const column = type === 'row-filter' ? null : inParentheses(cursor, (inner) => parseIdentifier(inner, 'a column name'));
  const grantees = parseGrantees(cursor, 'TO');
  const exceptions = parseGrantees(cursor, 'EXCEPT');
  cursor.expectWord('USING');
  const expression = inParentheses(cursor, (inner) => inner.rules.expression(inner));
  return { kind: 'create-policy', name, table, column, grantees, exceptions, expression, span: cursor.spanFrom(start) };
}

/** Reads what follows DROP ROW FILTER or DROP COLUMN MASK. */
export function parseDropPolicy(cursor: TokenCursor, type: PolicyType, start: number): Statement {
  const ifExists = parseIfExists(cursor);
  const name = parseIdentifier(cursor, `the name of a ${type === 'row-filter' ? 'filter' : 'mask'}`);
  cursor.expectWord('ON');
  const table = parseQualifiedName(cursor, 'a table name');
  return { kind: 'drop-policy', type, name, table, ifExists, span: cursor.spanFrom(start) };
}

function parseGrantees(cursor: TokenCursor, word: 'TO' | 'EXCEPT'): readonly Grantee[] {
  return cursor.acceptWord(word) ? parseCommaList(cursor, parseGrantee) : [];
}

function inParentheses<Inner>(cursor: TokenCursor, parse: (inner: TokenCursor) => Inner): Inner {
  cursor.expectSymbol('(');
  const inner = parse(cursor);
  cursor.expectSymbol(')');
  return inner;
}
