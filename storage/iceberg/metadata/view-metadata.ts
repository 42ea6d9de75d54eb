import type { RelationName, ViewDefinition } from '../../../spi/index.ts';
import { JsonReader } from '../json/json-reader.ts';
import { type JsonObject, parseLosslessJson } from '../json/lossless-json.ts';

/** The dialect under which a view's text is stored. */
const DIALECT = 'trivium';

const OWNER = 'trivium.owner';

/** Returns the metadata of a new view.
 *  The schema is left empty: a view is bound again at each use. The names given to the columns stand in a property, since the text has none.
 *  @see Iceberg view spec v1 */
export function newViewMetadata(view: Omit<ViewDefinition, 'kind'>, uuid: string, location: string): JsonObject {
  const createdAtMs = Date.now();
  return {
    'view-uuid': uuid,
    'format-version': 1,
    location,
    'current-version-id': 1,
    versions: [
      {
        'version-id': 1,
        'timestamp-ms': createdAtMs,
        'schema-id': 0,
        summary: { operation: 'create', 'engine-name': DIALECT },
        'default-namespace': [view.defaultSchema],
        representations: [{ type: 'sql', sql: view.sql, dialect: DIALECT }],
      },
    ],
    'version-log': [{ 'timestamp-ms': createdAtMs, 'version-id': 1 }],
    schemas: [{ type: 'struct', 'schema-id': 0, fields: [] }],
    properties: {
      ...(view.comment === null ? {} : { comment: view.comment }),
      ...(view.owner === undefined ? {} : { [OWNER]: view.owner }),
      ...(view.columnNames === null ? {} : { 'trivium.column-names': JSON.stringify(view.columnNames) }),
    },
  };
}

/** Reads a view's metadata.
 *  @throws STORAGE_CORRUPT when it is none, or has no text in the platform's dialect. */
export function parseViewMetadata(bytes: Uint8Array, location: string, name: RelationName): ViewDefinition {
  const what = `The view metadata ${location}`;
  const reader = new JsonReader(parseLosslessJson(Buffer.from(bytes).toString(), what), what);
  const currentId = reader.integer('current-version-id');
  const version =
    reader.objects('versions').find((candidate) => candidate.integer('version-id') === currentId) ?? reader.child('current-version');
  const text =
    version.objects('representations').find((candidate) => candidate.string('dialect') === DIALECT) ?? version.child('representation');
  const properties = reader.texts('properties');
  const columnNames = properties['trivium.column-names'];
  const namespace = version.json['default-namespace'];
  return {
    kind: 'view',
    name: { schema: name.schema, name: name.name },
    sql: text.string('sql'),
    defaultSchema: Array.isArray(namespace) ? String(namespace[0]) : name.schema,
    columnNames: columnNames === undefined ? null : (parseLosslessJson(columnNames, what) as readonly string[]),
    comment: properties['comment'] ?? null,
    ...(properties[OWNER] === undefined ? {} : { owner: properties[OWNER] }),
  };
}
