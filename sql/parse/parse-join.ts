import type { JoinCondition, JoinType, TableReference } from '../ast/index.ts';
import { parseColumnNames } from './parse-name.ts';
import { parseTablePrimary } from './parse-table-primary.ts';
import type { TokenCursor } from './token-cursor.ts';

interface JoinHead {
  readonly type: JoinType;
  readonly asof: boolean;
  readonly natural: boolean;
}

function joinType(cursor: TokenCursor): JoinType {
  if (cursor.acceptWord('INNER')) return 'inner';
  if (cursor.acceptWord('CROSS')) return 'cross';
  if (cursor.acceptWord('SEMI')) return 'semi';
  if (cursor.acceptWord('ANTI')) return 'anti';
  if (cursor.acceptWord('LEFT')) {
    if (cursor.acceptWord('SEMI')) return 'semi';
    if (cursor.acceptWord('ANTI')) return 'anti';
    cursor.acceptWord('OUTER');
    return 'left';
  }
  const outer = cursor.acceptWord('RIGHT') ? 'right' : cursor.acceptWord('FULL') ? 'full' : null;
  if (outer !== null) cursor.acceptWord('OUTER');
  return outer ?? 'inner';
}

function acceptJoinHead(cursor: TokenCursor): JoinHead | null {
  const asof = cursor.acceptWord('ASOF');
  const natural = !asof && cursor.acceptWord('NATURAL');
  const { start } = cursor.token;
  const type = joinType(cursor);
  const isHead = asof || natural || cursor.token.start !== start;
  if (isHead) {
    cursor.expectWord('JOIN');
    return { type, asof, natural };
  }
  return cursor.acceptWord('JOIN') ? { type, asof, natural } : null;
}

function parseJoinCondition(cursor: TokenCursor): JoinCondition {
  const { start } = cursor.token;
  if (cursor.acceptWord('USING')) {
    const columns = parseColumnNames(cursor);
    return { kind: 'join-using', columns, span: cursor.spanFrom(start) };
  }
  cursor.expectWord('ON');
  const expression = cursor.rules.expression(cursor);
  return { kind: 'join-on', expression, span: cursor.spanFrom(start) };
}

/** Reads the right side of a join; in `a JOIN b JOIN c ON .. ON ..` that is itself a join. */
function parseRightSide(cursor: TokenCursor): TableReference {
  const { start } = cursor.token;
  const outer = cursor.openChain();
  let right = parseTablePrimary(cursor);
  while (!cursor.isWord('ON') && !cursor.isWord('USING')) {
    const joined = acceptJoin(cursor, right, start);
    if (joined === null) return cursor.fail('ON', 'USING');
    right = joined;
  }
  cursor.closeChain(outer);
  return right;
}

function acceptJoin(cursor: TokenCursor, left: TableReference, start: number): TableReference | null {
  const headStart = cursor.token.start;
  const head = acceptJoinHead(cursor);
  if (head === null) return null;
  const { type, asof, natural } = head;
  if (type === 'cross' || natural) {
    const headSpan = cursor.spanFrom(headStart);
    const right = parseTablePrimary(cursor);
    const condition: JoinCondition | null = natural ? { kind: 'join-natural', span: headSpan } : null;
    cursor.chainHeight++;
    return { kind: 'join', type, asof, left, right, condition, span: cursor.spanFrom(start) };
  }
  cursor.enter();
  const right = parseRightSide(cursor);
  cursor.leave();
  const condition = parseJoinCondition(cursor);
  cursor.chainHeight++;
  return { kind: 'join', type, asof, left, right, condition, span: cursor.spanFrom(start) };
}

/** Reads a table with the joins that follow it. */
export function parseTableReference(cursor: TokenCursor): TableReference {
  const { start } = cursor.token;
  const outer = cursor.openChain();
  let left = parseTablePrimary(cursor);
  for (let next = acceptJoin(cursor, left, start); next !== null; next = acceptJoin(cursor, left, start)) left = next;
  cursor.closeChain(outer);
  return left;
}
