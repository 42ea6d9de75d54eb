import { nearestName, type RelationName } from '../../spi/index.ts';
import { didYouMean } from './bind-error.ts';
import type { BindContext } from './bound-statement.ts';
import { sameName } from './relation-name.ts';

/** Nothing has the name; the binder tells so unless a common table shadows it. */
export interface MissingRelation {
  readonly kind: 'missing';
  readonly error: {
    readonly code: 'CATALOG_UNKNOWN_TABLE' | 'CATALOG_UNKNOWN_SCHEMA';
    readonly message: string;
    readonly hint: string | undefined;
  };
}

/** Makes what a name stands for that nothing has, with a proposal where one is near. */
export async function missingRelation(name: RelationName, context: Pick<BindContext, 'catalog'>): Promise<MissingRelation> {
  const schemas = await context.catalog.schemas();
  const schema = schemas.find((candidate) => sameName(candidate, name.schema));
  if (schema === undefined) {
    const hint = didYouMean(nearestName(name.schema, [...schemas, 'information_schema']));
    return { kind: 'missing', error: { code: 'CATALOG_UNKNOWN_SCHEMA', message: `no schema of the name ${name.schema}`, hint } };
  }
  const relations = await context.catalog.relations(schema);
  const nearest = nearestName(
    name.name,
    relations.map((relation) => relation.name),
  );
  const message = `no table or view of the name ${name.name} in schema ${schema}`;
  return { kind: 'missing', error: { code: 'CATALOG_UNKNOWN_TABLE', message, hint: didYouMean(nearest) } };
}

/** Makes what a name stands for that no table or view has, and that a common table of the statement has: where that one is in sight, nobody asks for more. */
export function missingCommonTable({ schema, name }: RelationName): MissingRelation {
  const hint = `The statement defines a common table ${name}, which is not in sight here.`;
  return {
    kind: 'missing',
    error: { code: 'CATALOG_UNKNOWN_TABLE', message: `no table or view of the name ${name} in schema ${schema}`, hint },
  };
}
