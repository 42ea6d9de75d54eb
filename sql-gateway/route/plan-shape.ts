import { createHash } from 'node:crypto';
import type { BoundQuery } from '../../spi/index.ts';

const known = new WeakMap<BoundQuery, string>();

/** Returns a text that is equal for plans which differ in their constants only, numbers of one order of magnitude each: such plans take about the
 *  same multiple of their estimates. Snapshots, parameters and users do not matter.
 *  Shape: 16 hexadecimal digits. */
export function planShape(query: BoundQuery): string {
  const earlier = known.get(query);
  if (earlier !== undefined) return earlier;
  const text = JSON.stringify(query.plan.root, maskConstants);
  const shape = createHash('sha256').update(text).digest('hex').slice(0, SHAPE_LENGTH);
  known.set(query, shape);
  return shape;
}

const SHAPE_LENGTH = 16;

function maskConstants(key: string, value: unknown): unknown {
  if (key === 'snapshotId' || key === 'files') return undefined;
  // Lists of constants are long, and say as much by their length.
  if (key === 'rows' && Array.isArray(value)) return Math.ceil(Math.log2(value.length + 1));
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'literal') return value;
  const { type, value: constant } = value as { readonly type?: unknown; readonly value?: unknown };
  return { kind: 'literal', type, size: sizeOf(constant) };
}

/** Texts are told apart by nothing, numbers by their sign and the number of their digits before the point. */
function sizeOf(constant: unknown): string | null {
  if (typeof constant !== 'string') return constant === null ? 'null' : null;
  const digits = /^(-?)(\d+)(?:\.\d+)?$/.exec(constant);
  return digits === null ? null : `${digits[1] ?? ''}${String(digits[2]?.length)}`;
}
