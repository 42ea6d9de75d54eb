import { nodeOf, nodesOf, type SyntaxNode, textOf } from './syntax-node.ts';

/** Comparisons of MySQL with ours. */
export const COMPARISONS: Readonly<Record<string, string>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** Other operators whose answer is true, false or NULL. */
export const PREDICATES = new Set(['IS', 'IS NOT', 'IN', 'NOT IN', 'LIKE', 'NOT LIKE', 'BETWEEN', 'NOT BETWEEN']);

/** Tells whether an expression is true or false for us; MySQL calls it 1 or 0. */
export function isCondition(node: SyntaxNode): boolean {
  const operator = textOf(node['operator']).toUpperCase();
  if (node['type'] === 'unary_expr') return operator === 'NOT' || operator === '!';
  if (node['type'] === 'function') return ['NOT', 'EXISTS'].includes(functionName(node));
  return node['type'] === 'binary_expr' && (operator === 'AND' || operator === 'OR' || operator in COMPARISONS || PREDICATES.has(operator));
}

/** Returns the name of a function in upper case. */
export function functionName(node: SyntaxNode): string {
  return nodesOf(nodeOf(node['name'])?.['name']).map(textOf).join('.').toUpperCase();
}
