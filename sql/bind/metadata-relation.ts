import {
  type Catalog,
  METADATA_TABLE_NAMES,
  nearestName,
  type RelationName,
  SNAPSHOT_METADATA_TABLES,
  type TableSnapshot,
  type TimeTravel,
} from '../../spi/index.ts';
import { didYouMean } from './bind-error.ts';
import type { BindContext, VirtualRelation } from './bound-statement.ts';
import { type MissingRelation, missingRelation } from './missing-relation.ts';
import { sameName } from './relation-name.ts';

/** A relation whose rows are known while binding. */
export interface VirtualSource {
  readonly kind: 'virtual';
  readonly name: RelationName;
  readonly relation: VirtualRelation;
  /** The stored table that a metadata table describes, and whether it does so snapshot by snapshot. */
  readonly describes?: { readonly table: TableSnapshot; readonly hasVersions: boolean };
}

/** Returns a metadata table of a stored table, named `t$files` and the like, or what is wrong with such a name; null for a name without `$`.
 *  A metadata table that describes a snapshot shows the one that the statement reads of its table. */
export async function metadataRelation(
  name: RelationName,
  version: TimeTravel | null,
  resolve: Catalog['resolve'],
  context: Pick<BindContext, 'catalog'>,
): Promise<VirtualSource | MissingRelation | null> {
  const at = name.name.lastIndexOf('$');
  if (at <= 0) return null;
  const owner: RelationName = { schema: name.schema, name: name.name.slice(0, at) };
  const suffix = name.name.slice(at + 1);
  const kind = METADATA_TABLE_NAMES.find((candidate) => sameName(candidate, suffix));
  const hasVersions = kind !== undefined && SNAPSHOT_METADATA_TABLES.has(kind);
  const table = await (hasVersions ? resolve(owner, version ?? undefined) : context.catalog.resolve(owner));
  if (table === null) return missingRelation(owner, context);
  if (table.kind === 'view') return missing(`${owner.name} is a view, which has no metadata tables`, undefined);
  if (kind === undefined) {
    const nearest = nearestName(suffix, METADATA_TABLE_NAMES);
    const proposal = nearest === null ? null : `"${owner.name}$${nearest}"`;
    const all = METADATA_TABLE_NAMES.map((candidate) => `$${candidate}`).join(', ');
    return missing(`table ${owner.name} has no metadata table $${suffix}`, didYouMean(proposal) ?? `There are ${all}.`);
  }
  const relation = await context.catalog.metadataTable(table.ref, kind, hasVersions ? table.snapshotId : null);
  return {
    kind: 'virtual',
    name: { schema: table.ref.schema, name: `${table.ref.name}$${kind}` },
    relation,
    describes: { table, hasVersions },
  };
}

function missing(message: string, hint: string | undefined): MissingRelation {
  return { kind: 'missing', error: { code: 'CATALOG_UNKNOWN_TABLE', message, hint } };
}
