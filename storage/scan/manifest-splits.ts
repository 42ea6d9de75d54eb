import { isDeepStrictEqual } from 'node:util';
import type { Field, ParquetSplit, PartitionSpec } from '../../spi/index.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { Manifest } from '../iceberg/manifest/read-manifest.ts';
import { valueToText } from '../iceberg/value/value-text.ts';
import { NO_PART_NAMES, NONE_ABSENT, type WrittenColumns, type WrittenColumnsOf } from './written-columns.ts';

/** The live data files of a manifest, and the splits that read them whole. Plans share them: nobody changes any part. */
export interface ManifestSplits {
  readonly entries: readonly ManifestEntry[];
  /** One for each entry, with nothing in `deletes`. */
  readonly splits: readonly ParquetSplit[];
  /** Rows and bytes of all splits together. */
  readonly rows: number;
  readonly bytes: number;
}

/** What the splits of a manifest depend on beside the manifest. */
export interface SplitForm {
  readonly spec: PartitionSpec;
  /** The schema that the table is read with. */
  readonly fields: readonly Field[];
  readonly written: WrittenColumnsOf;
  /** Whether a column of the files hides the place of a row that the scan tells of. */
  readonly isPlaceHidden: boolean;
  /** Whether the scan tells the lineage of rows. */
  readonly tellsLineage: boolean;
}

interface KnownSplits extends ManifestSplits {
  readonly fields: readonly Field[];
  readonly reading: string;
}

/** The splits that were made last of each manifest in memory. They go when it goes, and its size counts them in. */
const knownSplits = new WeakMap<Manifest, KnownSplits>();

const NO_DELETES: ParquetSplit['deletes'] = Object.freeze([]);

/** Returns the splits of a manifest's live data files. Those of the last call are returned again when the form is the same, as it is for most scans of a
 *  table: a plan then costs what its answer takes, and not the making of every split. */
export function manifestSplits(manifest: Manifest, form: SplitForm): ManifestSplits {
  const { fields, written, isPlaceHidden, tellsLineage } = form;
  const reading = `${written.reading} ${String(isPlaceHidden)} ${String(tellsLineage)}`;
  const known = knownSplits.get(manifest);
  if (known?.reading === reading) {
    if (known.fields === fields) return known;
    // Each commit brings table metadata of its own, nearly always with the same schema.
    if (isDeepStrictEqual(known.fields, fields)) return keep(manifest, { ...known, fields });
  }
  return keep(manifest, { ...makeSplits(manifest, form), fields, reading });
}

function keep(manifest: Manifest, splits: KnownSplits): KnownSplits {
  knownSplits.set(manifest, splits);
  return splits;
}

function makeSplits(manifest: Manifest, { spec, fields, written, isPlaceHidden, tellsLineage }: SplitForm): ManifestSplits {
  const partitionOf = identityPartition(spec, fields);
  const entries = manifest.entries.filter(({ status }) => status !== 'deleted');
  let [rows, bytes] = [0, 0];
  const splits = entries.map((entry) => {
    rows += entry.rows;
    bytes += entry.bytes;
    const split = toSplit(entry, written.of(entry), isPlaceHidden || tellsLineage, partitionOf(entry));
    return tellsLineage ? withLineage(split, entry) : split;
  });
  return { entries, splits, rows, bytes };
}

function toSplit(
  { location, rows, bytes }: ManifestEntry,
  { matchesSchema, partNames, absent }: WrittenColumns,
  byId: boolean,
  partition: ParquetSplit['partition'],
): ParquetSplit {
  const split = {
    kind: 'parquet',
    uri: location,
    rows,
    bytes,
    matchesSchema: matchesSchema && !byId,
    partition,
    deletes: NO_DELETES,
  } as const;
  const named = partNames === NO_PART_NAMES ? split : { ...split, partNames };
  return absent === NONE_ABSENT ? named : withMissingValues(named, absent);
}

/** Files of before the table's first snapshot of version 3 have no ids. */
function withLineage(split: ParquetSplit, { firstRowId, sequenceNumber }: ManifestEntry): ParquetSplit {
  if ((firstRowId ?? null) === null || sequenceNumber === null) return split;
  return { ...split, lineage: { firstRowId: firstRowId ?? 0, sequenceNumber } };
}

/** Returns a split with the values of columns that the file lacks, and that its partition tells. */
export function withMissingValues(split: ParquetSplit, absent: readonly number[]): ParquetSplit {
  const missing = absent.flatMap((id): [string, string][] => {
    const value = split.partition[String(id)] ?? null;
    return value === null ? [] : [[String(id), value]];
  });
  return missing.length === 0 ? split : { ...split, missingValues: Object.fromEntries(missing) };
}

const NO_PARTITION: ParquetSplit['partition'] = Object.freeze({});

/** Returns what gives the values of a file's identity partition fields, by the id of the column. */
function identityPartition(spec: PartitionSpec, fields: readonly Field[]): (entry: ManifestEntry) => ParquetSplit['partition'] {
  const parts = spec.fields.flatMap(({ transform, sourceId }, index) => {
    const source = fields.find((field) => field.id === sourceId);
    return transform.kind === 'identity' && source !== undefined ? [{ index, key: String(sourceId), type: source.type }] : [];
  });
  if (parts.length === 0) return () => NO_PARTITION;
  return ({ partition }) => {
    const values: Record<string, string | null> = {};
    for (const { index, key, type } of parts) {
      const value = partition[index] ?? null;
      values[key] = value === null ? null : valueToText(type, value);
    }
    return values;
  };
}
