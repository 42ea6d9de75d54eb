import {
  type Catalog,
  PlatformError,
  type RelationName,
  type TableSnapshot,
  type TimeTravel,
  type ViewDefinition,
} from '../../spi/index.ts';
import type { Query, QualifiedName, Span } from '../ast/index.ts';
import type { DeclaredFunction } from '../functions/index.ts';
import { parseStatement } from '../parse/index.ts';
import { errorIn, type SourceText } from './bind-error.ts';
import { timeTravelOf } from './bind-time-travel.ts';
import type { BindContext } from './bound-statement.ts';
import { collectNames, collectRelations, type RelationMention } from './collect-relations.ts';
import { findFunction, functionSource, isWithin } from './function-of-name.ts';
import { INFORMATION_SCHEMA, informationSchemaRelation } from './information-schema.ts';
import { metadataRelation, type VirtualSource } from './metadata-relation.ts';
import { type MissingRelation, missingCommonTable, missingRelation } from './missing-relation.ts';
import { checkReadPin, resolvePinned } from './read-pin.ts';
import { outsideRelation, refusedOutside } from './outside-relation.ts';
import { namedRelation, sameName } from './relation-name.ts';

const VIEW_DEPTH_MAX = 16;

/** A view with its text parsed. */
export interface ParsedView {
  readonly kind: 'view';
  readonly definition: ViewDefinition;
  readonly query: Query;
}

/** What a relation's name stands for. */
export type ResolvedRelation = TableSnapshot | ParsedView | VirtualSource | MissingRelation;

/** Every relation that a statement (with the views it uses) names, by `relationKey`. */
export type RelationMap = ReadonlyMap<string, ResolvedRelation>;

interface Resolution {
  /** Finds what is read in the statement's own text, and in the texts of views. */
  readonly resolve: Catalog['resolve'];
  readonly resolveInView: Catalog['resolve'];
  readonly found: Map<string, ResolvedRelation>;
  readonly finishedViews: Set<string>;
  readonly finishedFunctions: Set<DeclaredFunction>;
  readonly context: BindContext;
}

/** Returns the key of a name, and version, in a `RelationMap`. */
export function relationKey(name: RelationName, version: TimeTravel | null): string {
  const outside = name.catalog === undefined ? '' : `${name.catalog.toLowerCase()}:`;
  return `${outside}${name.schema.toLowerCase()}.${name.name.toLowerCase()}${version === null ? '' : versionKey(version)}`;
}

function versionKey(version: TimeTravel): string {
  switch (version.kind) {
    case 'snapshot':
      return `@${version.snapshotId}`;
    case 'timestamp':
      return `@t${String(version.atMs)}`;
    case 'reference':
      return `@r${version.name}`;
  }
}

/** Returns the key of the table whose rows a statement changes: it is looked up as it is now, whatever the statement reads. */
export function targetKey(name: RelationName): string {
  return `${relationKey(name, null)}!`;
}

/** Returns the key of what a name stands for where it is written: the texts of views may see more than the statement's own. */
export function placedKey(key: string, { view }: SourceText, { definerCatalog }: Pick<BindContext, 'definerCatalog'>): string {
  return view === null || (definerCatalog ?? null) === null ? key : `${key}^`;
}

/** Looks up all relations that a syntax tree names, each once, and those of the views found.
 *  @throws CATALOG_UNKNOWN_SNAPSHOT, SQL_TOO_DEEP when views nest too deep or in a circle */
export async function resolveRelations(root: object, source: SourceText, context: BindContext): Promise<RelationMap> {
  const { catalog, readAt } = context;
  const pin = readAt ?? null;
  if (pin !== null && collectRelations(root).some((mention) => !mention.isTarget)) await checkReadPin(pin, catalog);
  const resolveIn = (place: Catalog): Catalog['resolve'] =>
    pin === null ? (name, at) => place.resolve(name, at) : resolvePinned(place, pin);
  const resolution = {
    found: new Map<string, ResolvedRelation>(),
    finishedViews: new Set<string>(),
    finishedFunctions: new Set<DeclaredFunction>(),
    context,
    resolve: resolveIn(catalog),
    resolveInView: resolveIn(context.definerCatalog ?? catalog),
  };
  await resolveInto(resolution, root, source, 0);
  return resolution.found;
}

async function resolveInto(resolution: Resolution, root: object, source: SourceText, depth: number): Promise<void> {
  const { found, finishedViews, context } = resolution;
  const { mentions, commonTables, functions } = collectNames(root);
  for (const name of functions) await resolveBody(resolution, name, source, depth);
  for (const mention of mentions) {
    const name = namedRelation(mention.name, source);
    const version = mention.version === null ? null : timeTravelOf(mention.version, source, context);
    const key = placedKey(mention.isTarget ? targetKey(name) : relationKey(name, version), source, context);
    let relation = found.get(key);
    if (relation === undefined) {
      const isCommon = mention.name.parts.length === 1 && commonTables.has(name.name.toLowerCase());
      relation = await resolveOne(resolution, name, version, mention, source, isCommon);
      found.set(key, relation);
    }
    if (relation.kind !== 'view' || finishedViews.has(key)) continue;
    if (depth >= VIEW_DEPTH_MAX || isCircular(relation, source)) {
      const message = `view ${name.schema}.${name.name} uses itself, or views nest more than ${String(VIEW_DEPTH_MAX)} deep`;
      throw errorIn(source, 'SQL_TOO_DEEP', message, mention.name.span);
    }
    await resolveInto(resolution, relation.query, viewSource(relation, source, mention.name.span), depth + 1);
    finishedViews.add(key);
  }
}

/** Looks up what the body of a function names. A function that calls itself is refused where the call is bound. */
async function resolveBody(resolution: Resolution, name: QualifiedName, source: SourceText, depth: number): Promise<void> {
  const called = findFunction(resolution.context, name);
  if (called === null || resolution.finishedFunctions.has(called) || isWithin(called, source)) return;
  if (depth >= VIEW_DEPTH_MAX) {
    const message = `functions and views nest more than ${String(VIEW_DEPTH_MAX)} deep`;
    throw errorIn(source, 'SQL_TOO_DEEP', message, name.span);
  }
  await resolveInto(resolution, called.body.tree, functionSource(called, source, name.span), depth + 1);
  resolution.finishedFunctions.add(called);
}

/** Returns the text of a view as a place to point into. */
export function viewSource(view: ParsedView, source: SourceText, span: Span): SourceText {
  const { definition } = view;
  const name = `${definition.name.schema}.${definition.name.name}`;
  return { text: definition.sql, defaultSchema: definition.defaultSchema, view: { name, use: { source, span } } };
}

function isCircular(view: ParsedView, source: SourceText): boolean {
  const name = `${view.definition.name.schema}.${view.definition.name.name}`;
  for (let view = source.view; view !== null; view = view.use.source.view) {
    if (view.kind !== 'function' && sameName(view.name, name)) return true;
  }
  return false;
}

async function resolveOne(
  { context, resolve: resolveHere, resolveInView }: Resolution,
  name: RelationName,
  version: TimeTravel | null,
  mention: RelationMention,
  source: SourceText,
  isCommon: boolean,
): Promise<ResolvedRelation> {
  const { catalog } = name;
  if (catalog !== undefined) {
    const isPinned = version !== null || (!mention.isTarget && context.readAt !== undefined && context.readAt !== null);
    const outside = source.view === null ? context.outside : (context.definerOutside ?? context.outside);
    const found = await outsideRelation({ ...name, catalog }, { outside });
    if (!isPinned || found.kind !== 'table') return found;
    throw refusedOutside({ source }, found.ref, 'which has no versions: it is read as it is now', mention.name.span);
  }
  const inView = source.view !== null;
  const resolve = inView ? resolveInView : resolveHere;
  const information = sameName(name.schema, INFORMATION_SCHEMA) ? await informationSchemaRelation(name, context) : null;
  if (information !== null) return { kind: 'virtual', name, relation: information };
  let stored: Awaited<ReturnType<Catalog['resolve']>>;
  try {
    stored = await (mention.isTarget ? context.catalog.resolve(name) : resolve(name, version ?? undefined));
  } catch (error) {
    throw located(error, mention, source);
  }
  if (stored?.kind === 'table') return stored;
  if (stored?.kind === 'view') return parseView(stored, source, mention);
  const relation = await context.virtualRelation(name);
  if (relation !== null) return { kind: 'virtual', name, relation };
  const place = { catalog: inView ? (context.definerCatalog ?? context.catalog) : context.catalog };
  const described = metadataRelation(name, version, resolve, place).catch((error: unknown) => {
    throw located(error, mention, source);
  });
  return (await described) ?? (isCommon ? missingCommonTable(name) : missingRelation(name, context));
}

function parseView(definition: ViewDefinition, source: SourceText, mention: RelationMention): ParsedView {
  const label = `${definition.name.schema}.${definition.name.name}`;
  try {
    const statement = parseStatement(definition.sql);
    if (statement.kind === 'query-statement') return { kind: 'view', definition, query: statement.query };
  } catch (error) {
    const cause = PlatformError.from(error, 'SQL_SYNTAX');
    throw errorIn(source, cause.code, `view ${label} cannot be read: ${cause.message}`, mention.name.span);
  }
  throw errorIn(source, 'SQL_SYNTAX', `view ${label} is not a query`, mention.name.span);
}

function located(error: unknown, mention: RelationMention, source: SourceText): PlatformError {
  const known = PlatformError.from(error, 'INTERNAL_UNAVAILABLE');
  if (known.kind !== 'user' || known.location !== undefined) return known;
  return errorIn(source, known.code, known.message, mention.name.span, { hint: known.hint, details: known.details });
}
