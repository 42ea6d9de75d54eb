import { describe, expect, it } from 'vitest';
import type { Field, PartitionSpec, ScanColumn } from '../../../../spi/index.ts';
import { type EntryStatus, type ManifestEntry, NO_METRICS } from '../../../../storage/iceberg/manifest/manifest-entry.ts';
import type { Manifest } from '../../../../storage/iceberg/manifest/read-manifest.ts';
import { createTableMetadata } from '../../../../storage/iceberg/metadata/change-table-metadata.ts';
import { type ManifestSplits, manifestSplits } from '../../../../storage/scan/manifest-splits.ts';
import { WrittenColumnsOf } from '../../../../storage/scan/written-columns.ts';

const field = (id: number, name: string): Field => ({ id, name, type: { kind: 'integer' }, nullable: true });
const SPEC: PartitionSpec = { specId: 0, fields: [{ fieldId: 1000, sourceId: 1, name: 'a', transform: { kind: 'identity' } }] };

function file(name: string, status: EntryStatus, value: bigint): ManifestEntry {
  const numbers = { snapshotId: 1n, sequenceNumber: 1, fileSequenceNumber: 1, rows: 10, bytes: 100 };
  return {
    status,
    location: `file:///w/t/data/${name}`,
    format: 'PARQUET',
    partition: [value],
    ...numbers,
    metrics: NO_METRICS,
    deletes: null,
  };
}

const manifestOf = (fields: readonly Field[]): Manifest => ({
  schema: { schemaId: 0, fields },
  exact: true,
  entries: [file('one', 'added', 1n), file('gone', 'deleted', 2n), file('two', 'existing', 3n)],
  memoryBytes: 0,
});

/** The splits for a scan of some columns of a table that has all of `fields`. */
function splitsOf(
  manifest: Manifest,
  fields: readonly Field[],
  columns = fields,
  isPlaceHidden = false,
  tellsLineage = false,
): ManifestSplits {
  const table = createTableMetadata({
    ...{ uuid: 'u', location: 'file:///w/t', fields, lastColumnId: 99, spec: SPEC, properties: {}, createdAtMs: 1 },
  });
  const scanned: readonly ScanColumn[] = columns.map((each) => ({ ...each, fieldId: each.id }));
  const written = new WrittenColumnsOf(table, fields, scanned, manifest);
  return manifestSplits(manifest, { spec: SPEC, fields, written, isPlaceHidden, tellsLineage });
}

const [A, B] = [field(1, 'a'), field(2, 'b')];

describe('splits of a manifest', () => {
  it('are those of its live files, with their sums', () => {
    const { splits, entries, rows, bytes } = splitsOf(manifestOf([A, B]), [A, B]);
    expect(splits.map(({ uri }) => uri)).toEqual(['file:///w/t/data/one', 'file:///w/t/data/two']);
    expect(splits.map(({ partition }) => partition)).toEqual([{ '1': '1' }, { '1': '3' }]);
    expect(entries.map(({ location }) => location)).toEqual(splits.map(({ uri }) => uri));
    expect({ rows, bytes }).toEqual({ rows: 20, bytes: 200 });
  });

  it('are made once for all scans that find the columns by name, also when the schema was read anew', () => {
    const manifest = manifestOf([A, B]);
    const { splits } = splitsOf(manifest, [A, B]);
    expect(splitsOf(manifest, [A, B], [B]).splits).toBe(splits);
    expect(splitsOf(manifest, [field(1, 'a'), field(2, 'b')]).splits).toBe(splits);
  });

  it('are made anew where a scan finds the columns in another way', () => {
    const manifest = manifestOf([A, B]);
    const matches = (given: ManifestSplits): boolean | undefined => given.splits[0]?.matchesSchema;
    expect(matches(splitsOf(manifest, [A, B]))).toBe(true);
    expect(matches(splitsOf(manifest, [A, field(2, 'renamed')]))).toBe(false);
    expect(matches(splitsOf(manifest, [A, field(2, 'renamed')], [A]))).toBe(true);
    expect(matches(splitsOf(manifest, [A, B], [A], true))).toBe(false);
    expect(matches(splitsOf(manifest, [A, B], [A]))).toBe(true);
  });

  it('are made anew for a schema in which a partition field has another column', () => {
    const manifest = manifestOf([B]);
    expect(splitsOf(manifest, [A, B]).splits[0]?.missingValues).toEqual({ '1': '1' });
    expect(splitsOf(manifest, [A, B], [B]).splits[0]?.missingValues).toBeUndefined();
    expect(splitsOf(manifest, [B]).splits[0]?.partition).toEqual({});
    expect(splitsOf(manifest, [A, B], [B]).splits[0]?.partition).toEqual({ '1': '1' });
  });
});
