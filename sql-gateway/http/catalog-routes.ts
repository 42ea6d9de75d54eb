import {
  type Catalog,
  formatType,
  type PartitionField,
  type RelationName,
  type SnapshotEntry,
  type TableSnapshot,
  type ViewDefinition,
} from '../../spi/index.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Caller } from '../access/caller.ts';
import { unknownRelation } from '../query/ingest-rows.ts';
import type { Route } from './route.ts';

const CONTENT = { 'application/json': { schema: { type: 'object' } } } as const;

/** What the endpoints for the catalog work with. */
export interface CatalogRouteParts {
  readonly catalog: Catalog;
  readonly access: AccessControl;
}

/** Returns the endpoints that show schemas, tables and views. */
export function catalogRoutes({ catalog: all, access: control }: CatalogRouteParts): readonly Route[] {
  const seenBy = async (caller: Caller): Promise<Catalog> => (await control.open(caller, all)).catalog;
  return [
    {
      method: 'GET',
      path: '/v1/catalog',
      access: 'user',
      operation: {
        operationId: 'listSchemas',
        summary: 'List the schemas.',
        responses: { 200: { description: 'The schemas.', content: CONTENT } },
      },
      handle: async ({ principal }) => ({ schemas: await (await seenBy(principal)).schemas() }),
    },
    {
      method: 'GET',
      path: '/v1/catalog/{schema}',
      access: 'user',
      operation: {
        operationId: 'listRelations',
        summary: 'List the tables and views of a schema.',
        responses: { 200: { description: 'The tables and views.', content: CONTENT } },
      },
      handle: async ({ principal, path }) => ({ relations: await (await seenBy(principal)).relations(path['schema'] ?? '') }),
    },
    {
      method: 'GET',
      path: '/v1/catalog/{schema}/{table}',
      access: 'user',
      operation: {
        operationId: 'getRelation',
        summary: 'Show a table with its columns, partitioning and snapshots, or a view with its text.',
        responses: { 200: { description: 'The table or view.', content: CONTENT } },
      },
      handle: async ({ principal, path }) =>
        describeRelation({ schema: path['schema'] ?? '', name: path['table'] ?? '' }, await seenBy(principal)),
    },
  ];
}

async function describeRelation(name: RelationName, catalog: Catalog): Promise<unknown> {
  const found = await catalog.resolve(name);
  if (found === null) throw await unknownRelation(name, catalog);
  return found.kind === 'view' ? describeView(found) : describeTable(found, await catalog.history(found.ref));
}

function describeView({ kind, name, sql, defaultSchema, columnNames, comment }: ViewDefinition): unknown {
  return { kind, ...name, sql, defaultSchema, columnNames, comment };
}

function describeTable(table: TableSnapshot, history: readonly SnapshotEntry[]): unknown {
  const { ref, fields, partitionSpec } = table;
  const columnOf = (sourceId: number): string => fields.find((field) => field.id === sourceId)?.name ?? String(sourceId);
  return {
    kind: 'table',
    schema: ref.schema,
    name: ref.name,
    uuid: ref.uuid,
    columns: fields.map(({ name, type, nullable, comment }) => ({ name, type: formatType(type), nullable, comment: comment ?? null })),
    partitioning: partitionSpec.fields.map((field) => ({ column: columnOf(field.sourceId), transform: formatTransform(field.transform) })),
    snapshotId: table.snapshotId,
    rows: table.rows,
    bytes: table.bytes,
    files: table.files,
    properties: table.properties,
    comment: table.comment,
    snapshots: history,
  };
}

function formatTransform(transform: PartitionField['transform']): string {
  switch (transform.kind) {
    case 'bucket':
      return `bucket[${String(transform.buckets)}]`;
    case 'truncate':
      return `truncate[${String(transform.width)}]`;
    default:
      return transform.kind;
  }
}
