import { type DataType, type Field, type PartitionSpec, PlatformError } from '../../../spi/index.ts';
import type { AvroValue } from '../avro/avro-value.ts';
import { readContainer } from '../avro/read-container.ts';
import { type RecordReader, RecordShape } from '../avro/record-reader.ts';
import { parseLosslessJson } from '../json/lossless-json.ts';
import { parseSchema, type TableSchema } from '../type/schema-json.ts';
import type { DeleteFacts, EntryStatus, FileMetrics, ManifestEntry } from './manifest-entry.ts';
import type { ManifestFile } from './manifest-file.ts';
import { avroToValue, partitionTypes } from './partition-avro.ts';
import { EXACT_SCHEMA } from './write-manifest.ts';

/** A manifest's content; entries have their inherited snapshot id, sequence numbers and first row ids. */
export interface Manifest {
  /** The schema that the files were written with. */
  readonly schema: TableSchema;
  /** False when some of the files may have been written with an older schema, as in manifests that other writers have merged. */
  readonly exact: boolean;
  readonly entries: readonly ManifestEntry[];
  /** Units: bytes that it takes in memory, about: column metrics stay in the rows' bytes. */
  readonly memoryBytes: number;
}

/** Units: bytes of an entry beside its row's bytes, with the split that plans share. */
const ENTRY_BYTES = 800;

const KNOWN_VERSIONS = new Set(['1', '2', '3']);

const STATUS_NAME: readonly EntryStatus[] = ['existing', 'added', 'deleted'];

/** Reads a manifest of data files or of delete files. `fields` are all columns that the table has or had.
 *  @throws STORAGE_UNSUPPORTED when it holds files other than Parquet (and Puffin for deletion vectors); STORAGE_CORRUPT when it cannot be read. */
export function readManifest(bytes: Uint8Array, list: ManifestFile, spec: PartitionSpec, fields: readonly Field[]): Manifest {
  const what = `The manifest ${list.location}`;
  const container = readContainer(bytes, what);
  const version = container.metadata['format-version'] ?? '1';
  if (!KNOWN_VERSIONS.has(version)) throw unsupported(what, `has format version ${version}`);
  const schema = parseSchema(parseLosslessJson(container.metadata['schema'] ?? '', `The schema of ${what}`), what);
  const types = partitionTypes(spec, [...schema.fields, ...fields]);
  const shape = new ManifestShape(container.schema);
  const exact = container.metadata[EXACT_SCHEMA] === 'true';
  const withRowId = rowIdsFrom(list.firstRowId ?? null);
  const entries = container.rows.map((row) => withRowId(shape.entry(row, list, spec, types, what)));
  return { schema, exact, entries, memoryBytes: container.bytes + entries.length * ENTRY_BYTES };
}

/** Returns what gives files without a first row id theirs: they follow each other in the manifest.
 *  @see Iceberg spec v3, "First Row ID Inheritance" */
function rowIdsFrom(firstRowId: number | null): (entry: ManifestEntry) => ManifestEntry {
  if (firstRowId === null) return (entry) => entry;
  let next = firstRowId;
  return (entry) => {
    if (entry.deletes !== null || entry.status === 'deleted' || (entry.firstRowId ?? null) !== null) return entry;
    const own = next;
    next += entry.rows;
    return { ...entry, firstRowId: own };
  };
}

class ManifestShape {
  readonly #entry: RecordShape;
  readonly #file: RecordShape;
  readonly #partition: RecordShape;

  constructor(schema: ConstructorParameters<typeof RecordShape>[0]) {
    this.#entry = new RecordShape(schema);
    this.#file = this.#entry.child(2);
    this.#partition = this.#file.child(102);
  }

  entry(row: AvroValue, list: ManifestFile, spec: PartitionSpec, types: readonly DataType[], what: string): ManifestEntry {
    const entry = this.#entry.reader(row, what);
    const file = this.#file.reader(entry.value(2), what);
    const partition = this.#partition.reader(file.value(102), what);
    const format = file.text(101).toUpperCase();
    const deletes = readDeleteFacts(file, format, what);
    const isVector = deletes !== null && deletes.vector !== null;
    if (format !== 'PARQUET' && !isVector) throw unsupported(what, `holds files of the format ${format}`);
    if (file.bytesOrNull(131) !== null) throw unsupported(what, 'holds encrypted files');
    const status = STATUS_NAME[entry.integer(0)];
    if (status === undefined) throw new PlatformError('STORAGE_CORRUPT', `${what} has an entry of unknown status.`);
    const inherited = status === 'added' ? list.sequenceNumber : null;
    return {
      status,
      snapshotId: entry.longOrNull(1) ?? list.addedSnapshotId,
      sequenceNumber: entry.integerOr(3, inherited),
      fileSequenceNumber: entry.integerOr(4, inherited),
      location: file.text(100),
      format,
      partition: spec.fields.map((part, index) => avroToValue(types[index] ?? { kind: 'null' }, partition.value(part.fieldId))),
      rows: file.integer(103),
      bytes: file.integer(104),
      sortOrderId: file.integerOr(140, null),
      firstRowId: file.integerOr(142, null),
      metrics: readMetrics(file),
      deletes,
    };
  }
}

function readDeleteFacts(file: RecordReader, format: string, what: string): DeleteFacts | null {
  const content = file.integerOr(134, 0);
  if (content === 0) return null;
  if (content !== 1 && content !== 2) throw unsupported(what, `holds files of the content ${String(content)}`);
  const equalityIds = (file.list(135) ?? []).map(Number);
  if (content === 2 && equalityIds.length === 0) {
    throw new PlatformError('STORAGE_CORRUPT', `${what} has an equality delete file without columns.`);
  }
  return {
    content: content === 1 ? 'position' : 'equality',
    equalityIds: content === 2 ? equalityIds : [],
    referencedDataFile: file.value(143) === null ? null : file.text(143),
    vector: format === 'PUFFIN' ? { offset: file.integer(144), length: file.integer(145) } : null,
  };
}

function readMetrics(file: RecordReader): FileMetrics {
  const offsets = file.list(132);
  return {
    columnBytes: file.map(108, Number),
    valueCounts: file.map(109, Number),
    nullCounts: file.map(110, Number),
    nanCounts: file.map(137, Number),
    lowerBounds: file.map(125, toBytes),
    upperBounds: file.map(128, toBytes),
    splitOffsets: offsets === null ? null : offsets.map(Number),
  };
}

const toBytes = (value: AvroValue): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array());

function unsupported(what: string, how: string): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', `${what} ${how}, which is not supported.`);
}
