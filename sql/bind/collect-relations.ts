import type { CommonTable, NamedTable, QualifiedName, TableVersion } from '../ast/index.ts';
import { isMomentOfRow } from './moment-of-row.ts';

/** A relation's name as it stands in a text, with the version asked for. */
export interface RelationMention {
  readonly name: QualifiedName;
  readonly version: TableVersion | null;
  /** True for the table whose rows the statement changes. */
  readonly isTarget: boolean;
}

/** The relations that a tree names, and the common tables that it defines. */
export interface CollectedNames {
  readonly mentions: readonly RelationMention[];
  /** Lower-case names. */
  readonly commonTables: ReadonlySet<string>;
}

const TARGET_KINDS: ReadonlySet<string> = new Set(['insert', 'delete', 'update', 'merge', 'truncate', 'copy-from']);

/** Most of a tree: what has no query inside. */
const NAMING_NOTHING: ReadonlySet<string> = new Set([
  'identifier',
  'column-reference',
  'number-literal',
  'string-literal',
  'boolean-literal',
  'null-literal',
  'typed-literal',
]);

/** Returns every relation named anywhere in a syntax tree, names of common tables included.
 *  Guarantees: needs no stack in proportion to the depth of the tree. */
export function collectRelations(root: object): readonly RelationMention[] {
  return collectNames(root).mentions;
}

/** Returns what `collectRelations` does, and the common tables defined. */
export function collectNames(root: object): CollectedNames {
  const mentions: RelationMention[] = [];
  const commonTables = new Set<string>();
  const pending: object[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (Array.isArray(node)) {
      for (const entry of node as readonly unknown[]) if (typeof entry === 'object' && entry !== null) pending.push(entry);
      continue;
    }
    const { kind } = node as { readonly kind?: unknown };
    if (typeof kind === 'string' && NAMING_NOTHING.has(kind)) continue;
    const mention = mentionOf(node);
    if (mention !== null) mentions.push(mention);
    if (kind === 'common-table') commonTables.add((node as CommonTable).name.name.toLowerCase());
    for (const key in node) {
      const child = (node as Readonly<Record<string, unknown>>)[key];
      if (typeof child === 'object' && child !== null && key !== 'span') pending.push(child);
    }
  }
  return { mentions, commonTables };
}

function mentionOf(node: object): RelationMention | null {
  if (!('kind' in node)) return null;
  if (node.kind === 'named-table') {
    const { name, version } = node as NamedTable;
    return { name, version: version !== null && isMomentOfRow(version) ? null : version, isTarget: false };
  }
  const isTarget = typeof node.kind === 'string' && TARGET_KINDS.has(node.kind);
  const namesTable =
    isTarget ||
    node.kind === 'table-query' ||
    node.kind === 'table-argument' ||
    node.kind === 'show-columns' ||
    node.kind === 'describe-table';
  if (namesTable) return { name: (node as unknown as { table: QualifiedName }).table, version: null, isTarget };
  if (node.kind === 'show-create') return { name: (node as unknown as { name: QualifiedName }).name, version: null, isTarget };
  return null;
}
