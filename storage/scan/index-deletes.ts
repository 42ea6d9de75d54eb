import type { PartitionSpec } from '../../spi/index.ts';
import type { DeleteFacts, ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { PartitionValues } from '../iceberg/manifest/partition-avro.ts';
import { pathBounds, referencedPath } from '../iceberg/manifest/referenced-path.ts';
import { compareValues } from '../iceberg/value/column-value.ts';

/** A live entry of a delete manifest. */
export type DeleteEntry = ManifestEntry & { readonly deletes: DeleteFacts };

/** Tells which delete files apply to a data file. */
export interface DeleteIndex {
  /** Returns the delete files that take rows of a data file away. Files that the same ones apply to may be given one array.
   *  Guarantees: costs about as much as there is to return, whatever else is in the index. */
  deletesOf(entry: ManifestEntry, spec: PartitionSpec): readonly DeleteEntry[];
}

/** Indexes the delete files of a snapshot by what they apply to: one data file, a partition, or the whole table.
 *  The rules: positions apply to files of the same partition that are not newer than they (sequence number up to theirs); equality deletes to older files alone
 *  (below theirs) of the same partition, or of all partitions when their spec has no fields. A deletion vector replaces all position files of its data file.
 *  @see Iceberg spec, "Scan Planning" */
export function indexDeletes(deletes: readonly { readonly entry: DeleteEntry; readonly spec: PartitionSpec }[]): DeleteIndex {
  const vectors = new Map<string, DeleteEntry[]>();
  const byPath = new Map<string, DeleteEntry[]>();
  const ranges = new Map<string, DeleteEntry[]>();
  const equality = new Map<string, DeleteEntry[]>();
  for (const { entry, spec } of deletes) {
    const partition = partitionKey(spec, entry.partition);
    if (entry.deletes.content === 'equality') add(equality, spec.fields.length === 0 ? GLOBAL : partition, entry);
    else if (entry.deletes.vector !== null) add(vectors, `${partition} ${referencedPath(entry) ?? ''}`, entry);
    else if (referencedPath(entry) !== null) add(byPath, `${partition} ${referencedPath(entry) ?? ''}`, entry);
    else add(ranges, partition, entry);
  }
  const rangesOf = new Map([...ranges].map(([partition, entries]) => [partition, pathRanges(entries)]));
  const suffixesOf = new Map([...equality].map(([partition, entries]) => [partition, newerThan(entries)]));
  const share = sharedLists();
  return {
    deletesOf: (entry, spec) => {
      const partition = partitionKey(spec, entry.partition);
      const own = `${partition} ${entry.location}`;
      const sequence = entry.sequenceNumber ?? 0;
      const reaches = (each: DeleteEntry): boolean => (each.sequenceNumber ?? 0) >= sequence;
      const vector = (vectors.get(own) ?? []).filter(reaches);
      const positions = () => [...(byPath.get(own) ?? []), ...(rangesOf.get(partition)?.(entry.location) ?? [])].filter(reaches);
      const listed = vector.length > 0 ? vector : positions();
      const inPartition = suffixesOf.get(partition)?.(sequence) ?? NOTHING;
      const everywhere = suffixesOf.get(GLOBAL)?.(sequence) ?? NOTHING;
      const equal = share(inPartition, everywhere);
      return listed.length === 0 ? equal : [...listed, ...equal];
    },
  };
}

const NOTHING: readonly DeleteEntry[] = [];

/** The key of equality deletes that apply to every partition; no partition's key is empty. */
const GLOBAL = '';

function add(map: Map<string, DeleteEntry[]>, key: string, entry: DeleteEntry): void {
  const found = map.get(key);
  if (found === undefined) map.set(key, [entry]);
  else found.push(entry);
}

function partitionKey({ specId }: PartitionSpec, values: PartitionValues): string {
  const texts = values.map((value) => {
    if (value === null) return 'null';
    return value instanceof Uint8Array ? `x${Buffer.from(value).toString('hex')}` : `${typeof value}:${String(value)}`;
  });
  return JSON.stringify([specId, ...texts]);
}

interface PathRange {
  readonly entry: DeleteEntry;
  readonly lower: string;
  readonly upper: string;
}

/** Returns a function that finds the files whose bounds of `file_path` may hold a path: a balanced tree over the sorted lower bounds, each node of which
 *  knows the greatest upper bound below it. */
function pathRanges(entries: readonly DeleteEntry[]): (path: string) => readonly DeleteEntry[] {
  const bounded = entries.map((entry) => ({ entry, ...pathBounds(entry.metrics) }));
  const open = bounded.filter(({ lower, upper }) => lower === null || upper === null).map(({ entry }) => entry);
  const ranges = bounded.flatMap(({ entry, lower, upper }): PathRange[] =>
    lower === null || upper === null ? [] : [{ entry, lower, upper }],
  );
  ranges.sort((left, right) => compareValues(left.lower, right.lower));
  const tree = rangeTree(ranges, 0, ranges.length);
  return (path) => {
    const found = [...open];
    collect(tree, path, found);
    return found;
  };
}

interface RangeNode {
  readonly range: PathRange;
  readonly reach: string;
  readonly left: RangeNode | null;
  readonly right: RangeNode | null;
}

function rangeTree(ranges: readonly PathRange[], start: number, end: number): RangeNode | null {
  const middle = (start + end) >> 1;
  const range = start < end ? ranges[middle] : undefined;
  if (range === undefined) return null;
  const left = rangeTree(ranges, start, middle);
  const right = rangeTree(ranges, middle + 1, end);
  const uppers = [range.upper, left?.reach, right?.reach].filter((each) => each !== undefined);
  return { range, left, right, reach: uppers.reduce((most, each) => (compareValues(each, most) > 0 ? each : most)) };
}

function collect(node: RangeNode | null, path: string, found: DeleteEntry[]): void {
  if (node === null || compareValues(node.reach, path) < 0) return;
  collect(node.left, path, found);
  if (compareValues(node.range.lower, path) > 0) return;
  if (compareValues(node.range.upper, path) >= 0) found.push(node.range.entry);
  collect(node.right, path, found);
}

/** Returns a function that gives the files of a greater sequence number; equal answers are one array. */
function newerThan(entries: readonly DeleteEntry[]): (sequence: number) => readonly DeleteEntry[] {
  const sorted = [...entries].sort((left, right) => (left.sequenceNumber ?? 0) - (right.sequenceNumber ?? 0));
  const suffixes = new Map<number, readonly DeleteEntry[]>();
  return (sequence) => {
    const start = countUpTo(sorted, (entry) => (entry.sequenceNumber ?? 0) <= sequence);
    if (start === sorted.length) return NOTHING;
    const known = suffixes.get(start);
    if (known !== undefined) return known;
    const suffix = sorted.slice(start);
    suffixes.set(start, suffix);
    return suffix;
  };
}

/** Returns a function that joins two lists, the same two into the same array. */
function sharedLists(): (left: readonly DeleteEntry[], right: readonly DeleteEntry[]) => readonly DeleteEntry[] {
  const joined = new Map<readonly DeleteEntry[], Map<readonly DeleteEntry[], readonly DeleteEntry[]>>();
  return (left, right) => {
    if (left.length === 0) return right;
    if (right.length === 0) return left;
    const found = joined.get(left)?.get(right);
    if (found !== undefined) return found;
    const list = [...left, ...right];
    joined.set(left, (joined.get(left) ?? new Map<readonly DeleteEntry[], readonly DeleteEntry[]>()).set(right, list));
    return list;
  };
}

/** How many items at the start of a list meet a condition that the others do not. */
function countUpTo<Item>(items: readonly Item[], meets: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && meets(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
