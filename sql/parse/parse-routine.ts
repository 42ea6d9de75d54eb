import type { Statement } from '../ast/index.ts';
import { parseIfNotExists } from './parse-existence.ts';
import { parseFunctionArgument } from './parse-function-call.ts';
import { parseCommaList, parseIdentifier, parseQualifiedName, parseStringValue } from './parse-name.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Reads what follows `CREATE [OR REPLACE] [TEMPORARY] FUNCTION`. */
export function parseCreateFunction(
  cursor: TokenCursor,
  { start, orReplace, temporary }: { readonly start: number; readonly orReplace: boolean; readonly temporary: boolean },
): Statement {
  const ifNotExists = parseIfNotExists(cursor);
  const name = parseQualifiedName(cursor, 'a function name');
  cursor.expectWord('AS');
  const implementation = parseStringValue(cursor);
  const language = cursor.acceptWord('LANGUAGE') ? parseIdentifier(cursor, 'the name of a language') : null;
  const span = cursor.spanFrom(start);
  return { kind: 'create-function', name, orReplace, ifNotExists, temporary, implementation, language, span };
}

/** Reads what follows `CREATE ROLE` and `CREATE USER`. */
export function parseCreateRole(cursor: TokenCursor, type: 'role' | 'user', start: number): Statement {
  const ifNotExists = parseIfNotExists(cursor);
  const name = parseIdentifier(cursor, `the name of a ${type}`);
  return { kind: 'create-role', type, name, ifNotExists, span: cursor.spanFrom(start) };
}

/** Reads a CALL statement. */
export function parseCall(cursor: TokenCursor): Statement {
  const { start } = cursor.expectWord('CALL');
  const procedure = parseQualifiedName(cursor, 'the name of a procedure');
  cursor.expectSymbol('(');
  cursor.enter();
  const list = cursor.isSymbol(')') ? [] : parseCommaList(cursor, parseFunctionArgument);
  cursor.leave();
  cursor.expectSymbol(')');
  return { kind: 'call', procedure, arguments: list, span: cursor.spanFrom(start) };
}
