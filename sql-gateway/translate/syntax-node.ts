/** A node of the tree that node-sql-parser makes; nothing is taken for granted about it. */
export type SyntaxNode = Readonly<Record<string, unknown>>;

/** Returns a property as a node, null when it is none. */
export function nodeOf(value: unknown): SyntaxNode | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SyntaxNode) : null;
}

/** Returns a property as a list of nodes, empty when it is none. */
export function nodesOf(value: unknown): readonly SyntaxNode[] {
  return Array.isArray(value) ? value.map((each) => nodeOf(each) ?? {}) : [];
}

/** Returns a property as text; names are texts or nodes that hold one. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const node = nodeOf(value);
  return node === null ? '' : textOf(node['value']);
}
