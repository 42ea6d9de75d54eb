import { type Field, PlatformError } from '../../../spi/index.ts';
import { JsonReader } from '../json/json-reader.ts';
import { type JsonValue, parseLosslessJson } from '../json/lossless-json.ts';
import { parseSchema, type TableSchema } from '../type/schema-json.ts';
import { parsePartitionSpec } from './partition-spec-json.ts';
import { NO_ORDER, parseSortOrder, type SortOrder } from './sort-order-json.ts';
import type { Snapshot, SnapshotLogEntry, SnapshotReference, TableMetadata } from './table-metadata.ts';

/** Reads a table metadata file.
 *  @throws STORAGE_UNSUPPORTED for other format versions than 2 and 3, STORAGE_CORRUPT when it is not table metadata. */
export function parseTableMetadata(bytes: Uint8Array, location: string): TableMetadata {
  const what = `The table metadata ${location}`;
  return readTableMetadata(parseLosslessJson(Buffer.from(bytes).toString(), what), what);
}

/** Gives a metadata document its typed view. */
export function readTableMetadata(json: JsonValue, what: string): TableMetadata {
  const reader = new JsonReader(json, what);
  const formatVersion = reader.integer('format-version');
  if (formatVersion !== 2 && formatVersion !== 3) {
    throw new PlatformError('STORAGE_UNSUPPORTED', `${what} has format version ${String(formatVersion)}; versions 2 and 3 are supported.`, {
      details: { formatVersion },
    });
  }
  const schemas = new Map(
    readParts(reader, 'schemas', schemaViews, (schema) => parseSchema(schema.json, what)).map((schema) => [schema.schemaId, schema]),
  );
  const specs = new Map(
    reader
      .objects('partition-specs')
      .map((spec) => parsePartitionSpec(spec, what))
      .map((spec) => [spec.specId, spec]),
  );
  const snapshots = new Map(readParts(reader, 'snapshots', snapshotViews, readSnapshot).map((snapshot) => [snapshot.snapshotId, snapshot]));
  const schema = pick(schemas, reader.integer('current-schema-id'), `${what} has no current schema`);
  const currentId = reader.has('current-snapshot-id') ? reader.long('current-snapshot-id') : -1n;
  return {
    json: reader.json,
    formatVersion,
    uuid: reader.string('table-uuid'),
    location: reader.string('location'),
    lastSequenceNumber: reader.integer('last-sequence-number'),
    lastUpdatedMs: reader.integer('last-updated-ms'),
    nextRowId: formatVersion === 3 ? reader.integer('next-row-id') : 0,
    schemas,
    schema,
    columns: allColumns(schemas, schema),
    specs,
    spec: pick(specs, reader.integer('default-spec-id'), `${what} has no default partition spec`),
    sortOrder: readSortOrder(reader),
    refs: readReferences(reader),
    properties: reader.texts('properties'),
    snapshots,
    current: currentId === -1n ? null : pick(snapshots, currentId, `${what} has no current snapshot`),
    snapshotLog: readParts(reader, 'snapshot-log', logEntryViews, readLogEntry),
  };
}

function allColumns(schemas: ReadonlyMap<number, TableSchema>, current: TableSchema): readonly Field[] {
  const byId = new Map<number, Field>();
  const oldestFirst = [...schemas.values()].sort((left, right) => left.schemaId - right.schemaId);
  for (const { fields } of [...oldestFirst, current]) for (const field of fields) byId.set(field.id, field);
  return [...byId.values()];
}

function readSortOrder(reader: JsonReader): SortOrder {
  const orders = reader.objects('sort-orders').map(parseSortOrder);
  const wanted = reader.has('default-sort-order-id') ? reader.integer('default-sort-order-id') : 0;
  return orders.find((order) => order.orderId === wanted) ?? NO_ORDER;
}

function readReferences(reader: JsonReader): ReadonlyMap<string, SnapshotReference> {
  const refs = reader.has('refs') ? reader.child('refs') : null;
  return new Map(
    Object.keys(refs?.json ?? {}).map((name) => {
      const ref = new JsonReader(refs?.json[name], `The reference ${name}`);
      const type = ref.has('type') && ref.string('type') === 'tag' ? 'tag' : 'branch';
      return [name, { name, type, snapshotId: ref.long('snapshot-id'), json: ref.json }];
    }),
  );
}

/** Parts by their JSON form, which is shared by a table's versions. */
const schemaViews = new WeakMap<object, TableSchema>();
const snapshotViews = new WeakMap<object, Snapshot>();
const logEntryViews = new WeakMap<object, SnapshotLogEntry>();

/** Reads the objects of a list, but those that were read before. */
function readParts<View>(reader: JsonReader, key: string, views: WeakMap<object, View>, read: (part: JsonReader) => View): View[] {
  return reader.list(key).map((json) => {
    const known = typeof json === 'object' && json !== null ? views.get(json) : undefined;
    if (known !== undefined) return known;
    const part = reader.part(key, json);
    const view = read(part);
    views.set(part.json, view);
    return view;
  });
}

const readLogEntry = (entry: JsonReader): SnapshotLogEntry => ({
  timestampMs: entry.integer('timestamp-ms'),
  snapshotId: entry.long('snapshot-id'),
});

/** Reads the JSON form of a snapshot. */
export function readSnapshot(reader: JsonReader): Snapshot {
  if (reader.has('key-id')) {
    const message = `The snapshot ${reader.long('snapshot-id').toString()} has an encrypted manifest list, which is not supported.`;
    throw new PlatformError('STORAGE_UNSUPPORTED', message);
  }
  return {
    snapshotId: reader.long('snapshot-id'),
    parentId: reader.has('parent-snapshot-id') ? reader.long('parent-snapshot-id') : null,
    sequenceNumber: reader.has('sequence-number') ? reader.integer('sequence-number') : 0,
    timestampMs: reader.integer('timestamp-ms'),
    manifestList: reader.string('manifest-list'),
    summary: reader.texts('summary'),
    schemaId: reader.has('schema-id') ? reader.integer('schema-id') : null,
    ...(reader.has('first-row-id') ? { firstRowId: reader.integer('first-row-id') } : {}),
    ...(reader.has('added-rows') ? { addedRows: reader.integer('added-rows') } : {}),
  };
}

function pick<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key, problem: string): Value {
  const value = map.get(key);
  if (value === undefined) throw new PlatformError('STORAGE_CORRUPT', `${problem}.`);
  return value;
}
