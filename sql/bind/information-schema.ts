import { type Field, formatType, type RelationEntry, type RelationName, type TableSnapshot, type ViewDefinition } from '../../spi/index.ts';
import type { BindContext, VirtualRelation } from './bound-statement.ts';
import { CATALOG_NAME, sameName } from './relation-name.ts';

type Row = readonly (string | boolean | null)[];
type Columns = VirtualRelation['columns'];

const text = (...names: readonly string[]): Columns => names.map((name) => ({ name, type: 'varchar' as const }));

/** Name of the schema that describes all schemas. */
export const INFORMATION_SCHEMA = 'information_schema';

const RELATIONS: Readonly<Record<string, (context: BindContext) => Promise<VirtualRelation>>> = {
  schemata: async (context) => ({
    columns: text('catalog_name', 'schema_name'),
    rows: [...(await context.catalog.schemas()), INFORMATION_SCHEMA].map((schema) => [CATALOG_NAME, schema]),
  }),
  tables: async (context) => ({
    columns: text('table_catalog', 'table_schema', 'table_name', 'table_type'),
    rows: (await allRelations(context)).map((entry) => [
      CATALOG_NAME,
      entry.schema,
      entry.name,
      entry.kind === 'table' ? 'BASE TABLE' : 'VIEW',
    ]),
  }),
  views: async (context) => ({
    columns: text('table_catalog', 'table_schema', 'table_name', 'view_definition'),
    rows: (await definitions(context)).flatMap((found): Row[] =>
      found.kind === 'view' ? [[CATALOG_NAME, found.name.schema, found.name.name, found.sql]] : [],
    ),
  }),
  columns: async (context) => ({
    columns: [
      ...text('table_catalog', 'table_schema', 'table_name', 'column_name'),
      { name: 'ordinal_position', type: 'bigint' },
      ...text('is_nullable', 'data_type', 'comment'),
    ],
    rows: (await definitions(context)).flatMap((found) => (found.kind === 'table' ? columnRows(found) : [])),
  }),
};

/** Returns a relation of `information_schema`, built from the catalog; null for any other name.
 *  Columns are listed for tables; those of a view are told by DESCRIBE. */
export async function informationSchemaRelation(name: RelationName, context: BindContext): Promise<VirtualRelation | null> {
  if (!sameName(name.schema, INFORMATION_SCHEMA)) return null;
  const key = name.name.toLowerCase();
  return Object.hasOwn(RELATIONS, key) ? ((await RELATIONS[key]?.(context)) ?? null) : null;
}

/** Returns all tables and views, ordered by schema and name. */
export async function allRelations(context: BindContext): Promise<readonly RelationEntry[]> {
  const schemas = [...(await context.catalog.schemas())].sort();
  const lists = await Promise.all(schemas.map((schema) => context.catalog.relations(schema)));
  return lists.flatMap((entries) => [...entries].sort((left, right) => (left.name < right.name ? -1 : 1)));
}

async function definitions(context: BindContext): Promise<readonly (TableSnapshot | ViewDefinition)[]> {
  const found = await Promise.all((await allRelations(context)).map((entry) => context.catalog.resolve(entry)));
  return found.filter((definition) => definition !== null);
}

function columnRows(table: TableSnapshot): readonly Row[] {
  return table.fields.map((field: Field, index) => [
    CATALOG_NAME,
    table.ref.schema,
    table.ref.name,
    field.name,
    String(index + 1),
    field.nullable ? 'YES' : 'NO',
    formatType(field.type),
    field.comment ?? null,
  ]);
}
