import { createHash } from 'node:crypto';
import { type DataType, formatType, type LogicalPlan } from '../../spi/index.ts';

const HEX_DIGITS = 32;

/** Returns a hash of what a plan means: equal for plans that differ only in column ids, internal names, snapshots and parameter values.
 *  Shape: 32 hexadecimal digits.
 *  `timeZone` belongs to the meaning, for conversions between instants and wall clocks use it. */
export function fingerprint(plan: LogicalPlan, parameters: readonly DataType[], timeZone: string): string {
  const ids = new Map<number, number>();
  const output = plan.output.map((column) => ({ name: column.name, type: formatType(column.type), of: renumber(ids, column.id) }));
  const meaning = { version: plan.version, root: canonical(plan.root, ids), output, parameters: parameters.map(formatType), timeZone };
  return createHash('sha256').update(JSON.stringify(meaning)).digest('hex').slice(0, HEX_DIGITS);
}

const ID_KEYS: ReadonlySet<string> = new Set(['id', 'columnId', 'cteId']);
const ID_LISTS: ReadonlySet<string> = new Set(['leftIds', 'rightIds', 'planIds', 'recursiveIds', 'columnIds']);
/** Snapshots change without the meaning; names below the output, and whether NULL may occur, do not decide what is computed. */
const LEFT_OUT: ReadonlySet<string> = new Set(['snapshotId', 'nullable', 'schemaId']);

function canonical(value: unknown, ids: Map<number, number>): unknown {
  if (Array.isArray(value)) return value.map((entry: unknown) => canonical(entry, ids));
  if (typeof value !== 'object' || value === null) return value;
  const isField = 'kind' in value && value.kind === 'field';
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const part = (value as Readonly<Record<string, unknown>>)[key];
    if (LEFT_OUT.has(key) || (key === 'name' && !isField)) continue;
    if (key === 'type') result[key] = formatType(part as DataType);
    else if (key === 'table') result[key] = (part as { readonly uuid: string }).uuid;
    else if (ID_KEYS.has(key)) result[key] = renumber(ids, part as number);
    else if (ID_LISTS.has(key)) result[key] = (part as readonly number[]).map((id) => renumber(ids, id));
    else result[key] = canonical(part, ids);
  }
  return result;
}

function renumber(ids: Map<number, number>, id: number): number {
  const known = ids.get(id) ?? ids.size;
  ids.set(id, known);
  return known;
}
