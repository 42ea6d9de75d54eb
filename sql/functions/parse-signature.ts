import { assert, type PrimitiveKind } from '../../spi/index.ts';
import type { Overload, TypePattern } from './function-definition.ts';

const PRIMITIVE_KINDS: ReadonlySet<string> = new Set<PrimitiveKind>([
  'null',
  'boolean',
  'integer',
  'bigint',
  'real',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamp_ns',
  'timestamptz',
  'interval',
  'varchar',
  'varbinary',
  'uuid',
]);

/** Reads a type as it stands in a signature.
 *  @throws INTERNAL_INVARIANT */
export const parseTypePattern = (text: string): TypePattern => parsePattern(text.trim());

/** Reads a signature such as `varchar, bigint, [bigint] -> varchar` or `T... -> list<T>`: square brackets mark what may be left out,
 *  dots what may be repeated.
 *  @throws INTERNAL_INVARIANT when the catalogue holds a malformed signature. */
export function parseSignature(text: string): Overload {
  const [left, right] = text.split('->').map((part) => part.trim());
  assert(left !== undefined && right !== undefined, `signature without a result: ${text}`);
  const parts = splitTopLevel(left);
  const parameters = parts.map((part) => parsePattern(part.replace(/^\[|\]$|\.\.\.$/g, '')));
  return {
    parameters,
    requiredCount: parts.filter((part) => !part.startsWith('[')).length,
    variadic: parts.at(-1)?.endsWith('...') ?? false,
    result: parsePattern(right),
    text,
  };
}

/** Returns the parts between commas that stand in no brackets. */
export function splitTopLevel(text: string): readonly string[] {
  if (text === '' || text === '()') return [];
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '<' || character === '(') depth += 1;
    if (character === '>' || character === ')') depth -= 1;
    if (character !== ',' || depth > 0) continue;
    parts.push(text.slice(start, index).trim());
    start = index + 1;
  }
  return [...parts, text.slice(start).trim()];
}

function parsePattern(text: string): TypePattern {
  if (text === 'any') return { kind: 'any' };
  if (/^[A-Z]$/.test(text)) return { kind: 'variable', name: text };
  const [, name, body] = /^(\w+)[<(](.*)[>)]$/.exec(text) ?? [];
  const inner = body === undefined ? [] : splitTopLevel(body);
  const [first, second] = inner;
  if (name === 'list' && first !== undefined) return { kind: 'list', element: parsePattern(first) };
  if (name === 'lambda') {
    const patterns = inner.map(parsePattern);
    const result = patterns.pop();
    assert(result !== undefined, `a lambda without a result: ${text}`);
    return { kind: 'lambda', parameters: patterns, result };
  }
  if (name === 'map' && first !== undefined && second !== undefined) {
    return { kind: 'map', key: parsePattern(first), value: parsePattern(second) };
  }
  if (name === 'decimal' && first !== undefined && second !== undefined) {
    return { kind: 'decimal', precision: parseDigits(first), scale: parseDigits(second) };
  }
  assert(PRIMITIVE_KINDS.has(text), `unknown type in a signature: ${text}`);
  return { kind: 'exact', type: { kind: text as PrimitiveKind } };
}

const parseDigits = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);
