import { describe, expect, it } from 'vitest';
import type { PartitionSpec } from '../../../../spi/index.ts';
import type { DeleteFacts, ManifestEntry } from '../../../../storage/iceberg/manifest/manifest-entry.ts';
import { FILE_PATH_ID } from '../../../../storage/iceberg/manifest/referenced-path.ts';
import { type DeleteEntry, indexDeletes } from '../../../../storage/scan/index-deletes.ts';

const BY_P: PartitionSpec = { specId: 0, fields: [{ sourceId: 2, fieldId: 1000, name: 'p', transform: { kind: 'identity' } }] };
const BY_P_AGAIN: PartitionSpec = { ...BY_P, specId: 2 };
const UNPARTITIONED: PartitionSpec = { specId: 1, fields: [] };

const POSITIONS: DeleteFacts = { content: 'position', equalityIds: [], referencedDataFile: null, vector: null };
const EQUALITY: DeleteFacts = { ...POSITIONS, content: 'equality', equalityIds: [1] };

interface Given {
  readonly at: number;
  readonly p?: bigint | null;
  readonly paths?: readonly [string, string];
}

function entry(location: string, { at, p = 1n, paths }: Given, deletes: DeleteFacts | null): ManifestEntry {
  const bound = (index: 0 | 1) => new Map(paths === undefined ? [] : [[FILE_PATH_ID, Buffer.from(paths[index])]]);
  const none = new Map<number, number>();
  const counts = { columnBytes: none, valueCounts: none, nullCounts: none, nanCounts: none, splitOffsets: null };
  return {
    status: 'added',
    snapshotId: 1n,
    sequenceNumber: at,
    fileSequenceNumber: at,
    location,
    format: 'PARQUET',
    partition: [p],
    rows: 1,
    bytes: 1,
    metrics: { ...counts, lowerBounds: bound(0), upperBounds: bound(1) },
    deletes,
  };
}

const data = (location: string, given: Given): ManifestEntry => entry(location, given, null);
const remove = (location: string, given: Given, facts: DeleteFacts, spec = BY_P): { entry: DeleteEntry; spec: PartitionSpec } => ({
  entry: entry(location, given, facts) as DeleteEntry,
  spec,
});

/** Returns the names of the deletes that apply to a file of the partition spec given. */
const applied = (deletes: readonly { entry: DeleteEntry; spec: PartitionSpec }[], file: ManifestEntry, spec = BY_P): readonly string[] =>
  indexDeletes(deletes)
    .deletesOf(file, spec)
    .map(({ location }) => location);

describe('indexDeletes', () => {
  it('applies positions to files of the same sequence number and older ones, not to newer ones', () => {
    const deletes = [remove('d', { at: 5 }, POSITIONS)];
    expect([4, 5, 6].map((at) => applied(deletes, data('f', { at })))).toEqual([['d'], ['d'], []]);
  });

  it('applies equality deletes to older files alone', () => {
    const deletes = [remove('d', { at: 5 }, EQUALITY)];
    expect([4, 5, 6].map((at) => applied(deletes, data('f', { at })))).toEqual([['d'], [], []]);
  });

  it('applies deletes to files of the same partition, NULL among them, and the same spec', () => {
    for (const facts of [POSITIONS, EQUALITY]) {
      const deletes = [remove('one', { at: 5 }, facts), remove('null', { at: 5, p: null }, facts)];
      expect(applied(deletes, data('f', { at: 1 }))).toEqual(['one']);
      expect(applied(deletes, data('f', { at: 1, p: null }))).toEqual(['null']);
      expect(applied(deletes, data('f', { at: 1, p: 2n }))).toEqual([]);
      expect(applied(deletes, data('f', { at: 1 }), BY_P_AGAIN)).toEqual([]);
    }
  });

  it('applies equality deletes of a spec without fields to every partition, positions to that spec alone', () => {
    const deletes = [remove('e', { at: 5 }, EQUALITY, UNPARTITIONED), remove('p', { at: 5 }, POSITIONS, UNPARTITIONED)];
    expect(applied(deletes, data('f', { at: 1, p: 7n }))).toEqual(['e']);
    expect(applied(deletes, data('f', { at: 1 }), UNPARTITIONED)).toEqual(['p', 'e']);
  });

  it('applies positions of one file, told or by equal bounds of its path, to that file alone', () => {
    const deletes = [
      remove('told', { at: 5 }, { ...POSITIONS, referencedDataFile: 'f' }),
      remove('bounds', { at: 5, paths: ['f', 'f'] }, POSITIONS),
    ];
    expect(applied(deletes, data('f', { at: 1 }))).toEqual(['told', 'bounds']);
    expect(applied(deletes, data('g', { at: 1 }))).toEqual([]);
    expect(applied(deletes, data('f', { at: 1, p: 2n }))).toEqual([]);
    expect(applied(deletes, data('f', { at: 6 }))).toEqual([]);
  });

  it('finds exactly the ranges of paths that a path lies in', () => {
    const names = Array.from({ length: 40 }, (_, index) => String.fromCharCode(97 + (index % 26)) + String(index));
    const ranges = names.flatMap((lower, index) =>
      [names[(index * 7) % 40] ?? '', names[(index * 3) % 40] ?? ''].map((upper) => [lower, upper].sort()),
    );
    const deletes = ranges.map(([lower = '', upper = ''], index) =>
      remove(`d${String(index)}`, { at: 5, paths: [lower, upper] }, POSITIONS),
    );
    for (const name of names) {
      const expected = ranges.flatMap(([lower = '', upper = ''], index) => (lower <= name && name <= upper ? [`d${String(index)}`] : []));
      expect([...applied(deletes, data(name, { at: 1 }))].sort()).toEqual(expected.sort());
    }
  });

  it('takes a deletion vector in place of all positions of its file, and beside equality deletes', () => {
    const vector: DeleteFacts = { ...POSITIONS, referencedDataFile: 'f', vector: { offset: 4, length: 10 } };
    const deletes = [remove('v', { at: 5 }, vector), remove('p', { at: 5 }, POSITIONS), remove('e', { at: 5 }, EQUALITY)];
    expect(applied(deletes, data('f', { at: 1 }))).toEqual(['v', 'e']);
    expect(applied(deletes, data('g', { at: 1 }))).toEqual(['p', 'e']);
  });

  it('gives files that the same deletes apply to one list', () => {
    const index = indexDeletes([
      remove('a', { at: 5 }, EQUALITY),
      remove('b', { at: 7 }, EQUALITY),
      remove('c', { at: 6 }, EQUALITY, UNPARTITIONED),
    ]);
    expect(index.deletesOf(data('f', { at: 1 }), BY_P)).toBe(index.deletesOf(data('g', { at: 3 }), BY_P));
    expect(index.deletesOf(data('f', { at: 6 }), BY_P).map(({ location }) => location)).toEqual(['b']);
  });

  it('costs no more per file when there are many files', () => {
    const work = (files: number): number => {
      let compared = 0;
      const counting = Array.from({ length: files }, (_, index) => {
        const path = `f${String(index).padStart(6, '0')}`;
        const { entry: own, spec } = remove(`d${String(index)}`, { at: 5, paths: [path, `${path}x`] }, POSITIONS);
        return { entry: new Proxy(own, { get: (target, key) => ((compared += 1), Reflect.get(target, key) as unknown) }), spec };
      });
      const index = indexDeletes(counting);
      compared = 0;
      for (let file = 0; file < files; file += 1) index.deletesOf(data(`f${String(file).padStart(6, '0')}`, { at: 1 }), BY_P);
      return compared / files;
    };
    expect(work(2000)).toBeLessThan(work(200) * 2);
  });
});
