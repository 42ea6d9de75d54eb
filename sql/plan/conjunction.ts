import type { Expression } from '../../spi/index.ts';

/** Returns the condition that all parts are true: what `conjuncts` takes apart. There is one part at least. */
export function conjunction(parts: readonly Expression[]): Expression {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return { kind: 'call', function: 'and', arguments: parts, type: { kind: 'boolean' } };
}
