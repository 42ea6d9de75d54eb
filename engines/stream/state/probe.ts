import type { Column, ColumnKind } from '../changelog/column.ts';
import { instantiate } from '../instantiate.ts';
import { RowLayout } from './row-layout.ts';

/** Probes rows of lanes: writes the number of each row's key to `ids` and returns how many keys there are afterwards. With `add` unknown keys
 *  are given the next numbers, without it they are -1. */
export type LaneProbe = Probe<Int32Array>;

/** As `LaneProbe`, for keys that are columns: their lanes, as `RowLayout` has them, are never written down but for new keys. */
export type ColumnProbe = Probe<readonly Column[]>;

type Probe<Source> = (
  source: Source,
  from: number,
  to: number,
  ids: Int32Array,
  slots: Int32Array,
  keys: Int32Array,
  size: number,
  add: boolean,
) => number;

const laneProbes = new Map<number, LaneProbe>();
const columnProbes = new Map<string, ColumnProbe>();

/** Returns the loop for keys of one width: lanes in registers in place of an inner loop. */
export function laneProbe(width: number): LaneProbe {
  const known = laneProbes.get(width);
  if (known !== undefined) return known;
  const loads = Array.from(
    { length: width },
    (_, lane) => `    const l${String(lane)} = source[row * ${String(width)} + ${String(lane)}];`,
  );
  const probe = makeProbe<Int32Array>(width, [], loads);
  laneProbes.set(width, probe);
  return probe;
}

/** Returns the loop for keys of some columns; null for floating point, which has values of several forms that are alike. */
export function columnProbe(kinds: readonly ColumnKind[]): ColumnProbe | null {
  if (kinds.includes('float32') || kinds.includes('float64')) return null;
  const name = kinds.join();
  const known = columnProbes.get(name);
  if (known !== undefined) return known;
  const layout = new RowLayout(kinds);
  const before: string[] = [];
  const loads = Array.from({ length: layout.width }, (_, lane) => `    let l${String(lane)} = 0;`);
  kinds.forEach((kind, position) => {
    const [values, valid] = [`a${String(position)}`, `m${String(position)}`];
    before.push(`  const ${values} = source[${String(position)}].values, ${valid} = source[${String(position)}].valid;`);
    const { lane: flagLane, bit } = layout.flag(position);
    const lanes = kind === 'int128' ? 4 : kind === 'int64' ? 2 : 1;
    loads.push(`    if (${valid} !== null && ${valid}[row] === 0) l${String(flagLane)} |= ${String(bit)}; else {`);
    for (let lane = 0; lane < lanes; lane += 1) {
      loads.push(`      l${String(layout.offset(position) + lane)} = ${values}[row * ${String(lanes)} + ${String(lane)}];`);
    }
    loads.push('    }');
  });
  const probe = makeProbe<readonly Column[]>(layout.width, before, loads);
  columnProbes.set(name, probe);
  return probe;
}

/** `loads` leaves the lanes of a row in the variables l0, l1 and so on. */
function makeProbe<Source>(width: number, before: readonly string[], loads: readonly string[]): Probe<Source> {
  const lanes = Array.from({ length: width }, (_, lane) => String(lane));
  return instantiate<Probe<Source>>(
    [
      'return function probe(source, from, to, ids, slots, keys, size, add) {',
      '  const mask = slots.length - 1;',
      ...before,
      '  for (let row = from; row < to; row += 1) {',
      ...loads,
      '    let hash = 0x9e3779b9 | 0;',
      ...lanes.map((lane) => `    hash = Math.imul(hash ^ l${lane}, 0x85ebca6b); hash ^= hash >>> 15;`),
      '    hash = Math.imul(hash, 0xc2b2ae35); hash ^= hash >>> 13;',
      '    let slot = hash & mask, id = -1;',
      '    for (;;) {',
      '      const found = slots[slot];',
      '      if (found === 0) break;',
      `      const at = (found - 1) * ${String(width)};`,
      `      if (${lanes.map((lane) => `keys[at + ${lane}] === l${lane}`).join(' && ') || 'true'}) { id = found - 1; break; }`,
      '      slot = (slot + 1) & mask;',
      '    }',
      '    if (id < 0 && add) {',
      `      id = size; const at = id * ${String(width)}; size += 1; slots[slot] = size;`,
      ...lanes.map((lane) => `      keys[at + ${lane}] = l${lane};`),
      '    }',
      '    ids[row] = id;',
      '  }',
      '  return size;',
      '};',
    ].join('\n'),
    {},
  );
}
