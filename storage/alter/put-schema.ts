import { isDeepStrictEqual } from 'node:util';
import { assert, PlatformError } from '../../spi/index.ts';
import type { JsonObject, JsonValue } from '../iceberg/json/lossless-json.ts';
import { withMembers } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { type FieldNode, findField } from './column-path.ts';

/** Returns the document of a table's current schema. */
export function currentSchemaJson({ json, schema }: TableMetadata): JsonObject {
  const found = schemasOf(json).find((candidate) => candidate['schema-id'] === schema.schemaId);
  assert(found !== undefined, 'the current schema is one of the schemas');
  return found;
}

/** Makes fields the current schema of a table: under the id of an equal schema that the table had before, or else under a new one. Returns the
 *  metadata itself when the current schema is equal.
 *  @param lastColumnId the highest field id given so far; it never goes down */
export function putSchema(metadata: TableMetadata, fields: readonly FieldNode[], lastColumnId = 0): TableMetadata {
  const { json } = metadata;
  refusePartNames(metadata, fields);
  const schemas = schemasOf(json);
  const wanted = { ...currentSchemaJson(metadata), fields };
  const equal = schemas.find((schema) => isDeepStrictEqual({ ...schema, 'schema-id': 0 }, { ...wanted, 'schema-id': 0 }));
  if (equal?.['schema-id'] === metadata.schema.schemaId) return metadata;
  const schemaId = equal === undefined ? Math.max(...schemas.map((schema) => Number(schema['schema-id']))) + 1 : Number(equal['schema-id']);
  return withMembers(metadata, {
    'last-column-id': Math.max(Number(json['last-column-id']), lastColumnId),
    'current-schema-id': schemaId,
    schemas: equal === undefined ? [...schemas, { ...wanted, 'schema-id': schemaId }] : schemas,
  });
}

/** Readers find partition values and columns by name, so a partition field has the name of no column but the one that it is. */
function refusePartNames({ spec }: TableMetadata, fields: readonly FieldNode[]): void {
  for (const { name, sourceId, transform } of spec.fields) {
    const column = findField(fields, name);
    if (column === undefined || (transform.kind === 'identity' && column['id'] === sourceId)) continue;
    throw new PlatformError('SQL_DUPLICATE_NAME', `A partition field of the table has the name ${JSON.stringify(name)}.`, {
      hint: 'Use another name, or drop the partition field first.',
    });
  }
}

function schemasOf(json: JsonObject): readonly JsonObject[] {
  return (json['schemas'] as readonly JsonValue[]).map((schema) => schema as JsonObject);
}
