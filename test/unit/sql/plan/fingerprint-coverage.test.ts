import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { BoundQuery, LogicalPlan } from '../../../../spi/index.ts';
import { fingerprint } from '../../../../sql/plan/index.ts';

const PLANS = new URL('../../../golden/plans/', import.meta.url);

/** What does not decide what is computed: snapshots, names below the result, and whether NULL may occur. */
const WITHOUT_MEANING: ReadonlySet<string> = new Set(['snapshotId', 'schemaId', 'schema', 'nullable', 'elementNullable', 'valueNullable']);

type Tree = Record<string, unknown>;

interface Place {
  readonly path: string;
  readonly value: unknown;
  change(): void;
  undo(): void;
}

/** Returns a change of every leaf of a plan that has a meaning, and of the length of every list. */
function places(holder: Tree | unknown[], path: string, named: boolean): Place[] {
  const found: Place[] = [];
  for (const [key, value] of Object.entries(holder)) {
    const at = `${path}.${key}`;
    const slot = holder as Tree;
    const put = (other: unknown): Place => ({
      path: at,
      value,
      change: () => void (slot[key] = other),
      undo: () => void (slot[key] = value),
    });
    const isName = key === 'name' && !named;
    if (key === 'kind' || WITHOUT_MEANING.has(key) || isName) continue;
    if (typeof value === 'number') found.push(put(value + 1000));
    else if (typeof value === 'boolean') found.push(put(!value));
    else if (typeof value === 'string') found.push(put(`${value}x`));
    if (Array.isArray(value) && value.length > 0) found.push(put(value.slice(0, -1)));
    if (typeof value !== 'object' || value === null) continue;
    const inside = value as Tree;
    found.push(...places(inside, at, at.startsWith('.output') || inside['kind'] === 'field' || path.endsWith('.fields')));
  }
  return found;
}

const plans = readdirSync(PLANS).map((file): [string, LogicalPlan] => {
  const { query } = JSON.parse(readFileSync(new URL(file, PLANS), 'utf8')) as { readonly query: BoundQuery };
  return [file, query.plan];
});

describe('every part of a plan that has a meaning changes the fingerprint', () => {
  it.each(plans)('%s', (_file, plan) => {
    const before = fingerprint(plan, [], 'UTC');
    const ids = [...JSON.stringify(plan).matchAll(/(?<=[iI]ds?":\[?(?:\d+,)*)\d+/g)].map(String);
    const isReadNowhere = (place: Place): boolean =>
      place.path.endsWith('.id') && ids.filter((id) => id === String(place.value)).length === 1;
    const unnoticed = places(plan as unknown as Tree, '', false).flatMap((place) => {
      place.change();
      const after = fingerprint(plan, [], 'UTC');
      place.undo();
      return after === before && !isReadNowhere(place) ? [place.path] : [];
    });
    expect(unnoticed).toEqual([]);
  });
});
