import { type DataType, type ParameterValue, PlatformError, type PlanNode, type ScanNode } from '../../spi/index.ts';
import type { Value } from '../value/value.ts';
import type { KnownRows } from '../world/open-world.ts';

/** A row: values by column id, which is unique in a plan. Columns of queries around are part of it. */
export type Row = ReadonlyMap<number, Value>;

/** What the evaluation of a plan stands on. */
export interface Scope {
  /** `evaluatePlan`: expressions hold plans, and plans hold expressions. */
  readonly evaluatePlan: (node: PlanNode, outer: Row, scope: Scope) => readonly Row[];
  readonly rowsOf: (scan: ScanNode) => KnownRows;
  readonly parameters: readonly ParameterValue[];
  /** Rows of the common tables, by position of their columns. */
  readonly ctes: ReadonlyMap<number, readonly (readonly Value[])[]>;
}

/** Tells that the reference does not know a part of the plan, so that its case needs rows of its own.
 *  @throws ENGINE_UNSUPPORTED always */
export function unknownPart(what: string): never {
  throw new PlatformError('ENGINE_UNSUPPORTED', `the reference does not know ${what}`);
}

/** Returns a whole number that is checked against the range of its type.
 *  @throws SQL_OVERFLOW */
export function inRange(value: bigint, type: DataType): bigint {
  const most = type.kind === 'integer' ? 2n ** 31n : type.kind === 'decimal' ? 10n ** BigInt(type.precision) : 2n ** 63n;
  const least = type.kind === 'decimal' ? 1n - most : -most;
  if (value >= most || value < least) throw new PlatformError('SQL_OVERFLOW', `${String(value)} leaves the range of ${type.kind}`);
  return value;
}
