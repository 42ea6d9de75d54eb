import { PlatformError } from '../../spi/index.ts';
import type { FunctionColumn } from './declared-function.ts';
import type { FunctionKind, Overload } from './function-definition.ts';
import { parseSignature, parseTypePattern, splitTopLevel } from './parse-signature.ts';

/** The signature of a function that a plugin declares. */
export interface FunctionSignature {
  readonly overload: Overload;
  /** The rows of a table function; null for another one. */
  readonly columns: readonly FunctionColumn[] | null;
}

const TABLE = /^(.*)->\s*table\s*\((.*)\)\s*$/s;

/** Reads a signature as `parseSignature` does, and `bigint -> table(x bigint, y double)` of a table function.
 *  @throws SPI_INVALID_PLUGIN */
export function parseFunctionSignature(text: string, kind: FunctionKind): FunctionSignature {
  const [, left, columns] = TABLE.exec(text) ?? [];
  if ((kind === 'table') !== (left !== undefined))
    throw malformed(text, kind === 'table' ? 'it ends in -> table(column type, ..)' : 'only table functions have columns');
  try {
    const overload = parseSignature(left === undefined ? text : `${left} -> null`);
    if (overload.parameters.some((pattern) => pattern.kind === 'lambda')) throw malformed(text, 'it takes no lambdas');
    return { overload: { ...overload, text }, columns: columns === undefined ? null : splitTopLevel(columns).map(parseColumn) };
  } catch (error) {
    throw malformed(text, error instanceof Error ? error.message : String(error));
  }
}

function parseColumn(text: string): FunctionColumn {
  const [, name, type] = /^(\w+)\s+(.+)$/.exec(text) ?? [];
  const pattern = type === undefined ? null : parseTypePattern(type);
  if (name !== undefined && pattern?.kind === 'exact') return { name, type: pattern.type };
  if (name !== undefined && pattern?.kind === 'decimal' && typeof pattern.precision === 'number' && typeof pattern.scale === 'number')
    return { name, type: { kind: 'decimal', precision: pattern.precision, scale: pattern.scale } };
  throw malformed(text, 'a column has a name and a type');
}

function malformed(text: string, why: string): PlatformError {
  return new PlatformError('SPI_INVALID_PLUGIN', `The signature '${text}' cannot be read: ${why}.`);
}
