import { nearestName, type RelationName, type TableSnapshot } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import { didYouMean, errorIn, type SourceText } from './bind-error.ts';
import type { BindContext } from './bound-statement.ts';
import type { MissingRelation } from './missing-relation.ts';
import { CATALOG_NAME, sameName } from './relation-name.ts';

/** Whether a relation is a table of an outside database. */
export function isOutside(table: Pick<TableSnapshot, 'ref'>): boolean {
  return table.ref.catalog !== undefined;
}

/** Finds a table of an outside database, or what is wrong with its name. */
export async function outsideRelation(
  name: RelationName & { readonly catalog: string },
  context: Pick<BindContext, 'outside'>,
): Promise<TableSnapshot | MissingRelation> {
  const { catalog, schema } = name;
  const found = context.outside?.find(catalog) ?? null;
  if (found === null) return unknownCatalog(catalog, context);
  const table = await found.resolve(name);
  if (table !== null) return table;
  const schemas = await found.schemas();
  const known = schemas.find((candidate) => sameName(candidate, schema));
  if (known === undefined) {
    const hint = didYouMean(nearestName(schema, schemas));
    const message = `no schema of the name ${schema} in catalog ${catalog}`;
    return { kind: 'missing', error: { code: 'CATALOG_UNKNOWN_SCHEMA', message, hint } };
  }
  const hint = didYouMean(nearestName(name.name, await found.tables(known)));
  const message = `no table of the name ${name.name} in schema ${catalog}.${known}`;
  return { kind: 'missing', error: { code: 'CATALOG_UNKNOWN_TABLE', message, hint } };
}

/** Makes what the name of a catalog stands for that nothing has. */
export function unknownCatalog(catalog: string, { outside }: Pick<BindContext, 'outside'>): MissingRelation {
  const names = [CATALOG_NAME, ...(outside?.names ?? [])];
  const known = names.length === 1 ? `the only one is ${CATALOG_NAME}` : `there are ${names.join(', ')}`;
  const hint = didYouMean(nearestName(catalog, names));
  return { kind: 'missing', error: { code: 'CATALOG_UNKNOWN_SCHEMA', message: `no catalog of the name ${catalog}: ${known}`, hint } };
}

/** Makes the error that something is asked of an outside table that only stored ones have. */
export function refusedOutside(
  place: { readonly source: SourceText },
  table: RelationName,
  what: string,
  span: Span,
  hint = 'CREATE TABLE .. AS SELECT copies its rows into a stored table.',
): Error {
  const label = `${table.catalog ?? ''}.${table.schema}.${table.name}`;
  return errorIn(place.source, 'CATALOG_OUTSIDE', `${label} is a table of an outside database, ${what}`, span, { hint });
}
