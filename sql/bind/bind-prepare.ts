import type { Deallocate, Prepare, Statement } from '../ast/index.ts';
import { formatStatement } from '../format/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement, GivenParameters } from './bound-statement.ts';

const PREPARABLE: ReadonlySet<Statement['kind']> = new Set([
  'query-statement',
  'insert',
  'update',
  'delete',
  'merge',
  'create-table',
  'truncate',
  'copy-to',
  'explain',
]);

/** Binds PREPARE: the statement is bound once, with NULL for each parameter, to find its mistakes; its text is kept.
 *  Guarantees: a parameter of a declared type is a CAST in the text that is kept.
 *  @throws SQL_UNSUPPORTED for statements that are not prepared, SQL_PARAMETER for types more or fewer than there are parameters */
export async function bindPrepare(
  state: BinderState,
  node: Prepare,
  bind: (statement: Statement, parameters: GivenParameters) => Promise<BoundStatement>,
): Promise<BoundStatement> {
  const { statement, parameterTypes } = node;
  if (!PREPARABLE.has(statement.kind)) throw unsupported(state, `PREPARE of ${statement.kind.replaceAll('-', ' ')}`, statement.span);
  const { count, names } = parametersOf(statement);
  if (parameterTypes.length > 0 && (parameterTypes.length !== count || names.length > 0)) {
    const message = `${String(parameterTypes.length)} types are given for ${String(count + names.length)} parameters`;
    throw bindError(state, 'SQL_PARAMETER', message, parameterTypes[0]?.span ?? node.span, { hint: 'Types are for $1, $2, ..' });
  }
  const typed = parameterTypes.length === 0 ? statement : withCasts(statement, parameterTypes);
  await bind(typed, names.length > 0 ? Object.fromEntries(names.map((name) => [name, null])) : Array<null>(count).fill(null));
  const { start, end } = statement.span;
  const sql = parameterTypes.length === 0 ? state.source.text.slice(start, end) : formatStatement(typed);
  return { kind: 'prepare', name: node.name.name.toLowerCase(), sql };
}

/** Binds DEALLOCATE. Which statements are prepared is for the session to know. */
export function bindDeallocate({ name }: Deallocate): BoundStatement {
  return { kind: 'deallocate', name: name === null ? null : name.name.toLowerCase() };
}

function parametersOf(root: object): { readonly count: number; readonly names: readonly string[] } {
  let count = 0;
  const names = new Set<string>();
  const pending: object[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if ('kind' in node && node.kind === 'numbered-parameter') count = Math.max(count, (node as unknown as { index: number }).index);
    if ('kind' in node && node.kind === 'named-parameter') names.add((node as unknown as { name: string }).name);
    for (const child of Object.values(node) as unknown[]) if (typeof child === 'object' && child !== null) pending.push(child);
  }
  return { count, names: [...names] };
}

/** Trees are JSON, so that a walk over all values finds every parameter. */
function withCasts<Node>(node: Node, types: Prepare['parameterTypes']): Node {
  if (Array.isArray(node)) return node.map((element: unknown) => withCasts(element, types)) as Node;
  if (typeof node !== 'object' || node === null) return node;
  const { kind, index, span } = node as { readonly kind?: string; readonly index?: number; readonly span?: unknown };
  const dataType = kind === 'numbered-parameter' && index !== undefined ? types[index - 1] : undefined;
  if (dataType !== undefined) return { kind: 'cast', operand: node, dataType, safe: false, span } as Node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withCasts(value, types)])) as Node;
}
