import type { NamedTable, QualifiedName, TableVersion } from '../ast/index.ts';
import { isMomentOfRow } from './moment-of-row.ts';

/** A relation's name as it stands in a text, with the version asked for. */
export interface RelationMention {
  readonly name: QualifiedName;
  readonly version: TableVersion | null;
  /** True for the table whose rows the statement changes. */
  readonly isTarget: boolean;
}

const TARGET_KINDS: ReadonlySet<string> = new Set(['insert', 'delete', 'update', 'merge', 'truncate', 'copy-from']);

/** Returns every relation named anywhere in a syntax tree, names of common tables included.
 *  Guarantees: needs no stack in proportion to the depth of the tree. */
export function collectRelations(root: object): readonly RelationMention[] {
  const mentions: RelationMention[] = [];
  const pending: object[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const mention = mentionOf(node);
    if (mention !== null) mentions.push(mention);
    for (const key in node) {
      const child = (node as Readonly<Record<string, unknown>>)[key];
      if (typeof child === 'object' && child !== null && key !== 'span') pending.push(child);
    }
  }
  return mentions;
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
