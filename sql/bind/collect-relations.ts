import type { Binary, CommonTable, FunctionCall, Logical, NamedTable, QualifiedName, TableVersion } from '../ast/index.ts';
import { isMomentOfRow } from './moment-of-row.ts';

/** A relation's name as it stands in a text, with the version asked for. */
export interface RelationMention {
  readonly name: QualifiedName;
  readonly version: TableVersion | null;
  /** True for the table whose rows the statement changes. */
  readonly isTarget: boolean;
}

/** The relations and functions that a tree names, and the common tables that it defines. */
export interface CollectedNames {
  readonly mentions: readonly RelationMention[];
  /** Lower-case names. */
  readonly commonTables: ReadonlySet<string>;
  /** Functions that are called with a namespace. */
  readonly functions: readonly QualifiedName[];
}

/** What a node has to do with names of relations; `leaf` is most of a tree: what has no query inside. */
type Role = 'leaf' | 'named-table' | 'reads-table' | 'changes-table' | 'shows-object' | 'common-table' | 'calls-function';

const KINDS: Readonly<Record<Role, readonly string[]>> = {
  leaf: [
    ...['identifier', 'qualified-name', 'table-alias', 'column-reference', 'number-literal', 'string-literal', 'boolean-literal'],
    ...['null-literal', 'typed-literal'],
  ],
  'named-table': ['named-table'],
  'reads-table': ['table-query', 'table-argument', 'show-columns', 'describe-table'],
  'changes-table': ['insert', 'delete', 'update', 'merge', 'truncate', 'copy-from'],
  'shows-object': ['show-create'],
  'common-table': ['common-table'],
  'calls-function': ['function-call', 'table-function'],
};

const ROLES: ReadonlyMap<unknown, Role> = new Map(
  (Object.keys(KINDS) as Role[]).flatMap((role) => KINDS[role].map((kind) => [kind, role] as const)),
);

/** Returns every relation named anywhere in a syntax tree, names of common tables included.
 *  Guarantees: needs no stack in proportion to the depth of the tree. */
export function collectRelations(root: object): readonly RelationMention[] {
  return collectNames(root).mentions;
}

/** Returns what `collectRelations` does, and the common tables defined. */
export function collectNames(root: object): CollectedNames {
  const mentions: RelationMention[] = [];
  const commonTables = new Set<string>();
  const functions: QualifiedName[] = [];
  const pending: object[] = [];
  addNodes(root, pending);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { kind } = node as { readonly kind?: unknown };
    // Most of a tree: what has its parts in known places is not searched for them.
    if (kind === 'column-reference') continue;
    if (kind === 'binary') {
      pending.push((node as Binary).left, (node as Binary).right);
      continue;
    }
    if (kind === 'logical') {
      for (const operand of (node as Logical).operands) pending.push(operand);
      continue;
    }
    const role = ROLES.get(kind);
    if (role === 'leaf') continue;
    if (role === 'common-table') commonTables.add((node as CommonTable).name.name.toLowerCase());
    else if (role === 'calls-function') {
      const { name } = node as Pick<FunctionCall, 'name'>;
      if (name.parts.length > 1) functions.push(name);
    } else if (role !== undefined) mentions.push(mentionOf(node, role));
    for (const key in node) {
      if (key === 'span') continue;
      const child = (node as Readonly<Record<string, unknown>>)[key];
      if (typeof child === 'object' && child !== null) addNodes(child, pending);
    }
  }
  return { mentions, commonTables, functions };
}

/** Adds a node, or those of a list. */
function addNodes(child: object, pending: object[]): void {
  if (!Array.isArray(child)) pending.push(child);
  else for (const entry of child as readonly unknown[]) if (typeof entry === 'object' && entry !== null) addNodes(entry, pending);
}

function mentionOf(node: object, role: Role): RelationMention {
  if (role === 'named-table') {
    const { name, version } = node as NamedTable;
    return { name, version: version !== null && isMomentOfRow(version) ? null : version, isTarget: false };
  }
  if (role === 'shows-object') return { name: (node as { readonly name: QualifiedName }).name, version: null, isTarget: false };
  return { name: (node as { readonly table: QualifiedName }).table, version: null, isTarget: role === 'changes-table' };
}
