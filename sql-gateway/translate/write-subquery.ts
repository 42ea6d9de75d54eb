import type { SyntaxNode } from './syntax-node.ts';
import type { TokenWalk } from './token-walk.ts';

/** Writes a query in parentheses. */
export function writeSubquery(walk: TokenWalk, query: SyntaxNode): void {
  walk.copy('(');
  walk.rules.query(walk, query);
  walk.copy(')');
}
