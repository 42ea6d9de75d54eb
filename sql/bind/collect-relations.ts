import type {
  CaseBranch,
  CommonTable,
  Expression,
  FunctionArgument,
  FunctionCall,
  GroupByElements,
  GroupingSet,
  Identifier,
  NamedTable,
  QualifiedName,
  Query,
  Select,
  SelectExpression,
  SortItem,
  TableVersion,
} from '../ast/index.ts';
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

/** What a node has to do with names of relations; a `leaf` has no query inside. */
type Role = 'leaf' | 'named-table' | 'reads-table' | 'changes-table' | 'shows-object' | 'common-table' | 'calls-function';

const KINDS: Readonly<Record<Role, readonly string[]>> = {
  leaf: ['qualified-name', 'table-alias', 'boolean-literal', 'null-literal', 'typed-literal'],
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
    // Most of a tree: what has its parts in known places is not searched for them.
    if (addKnownParts(node as KnownNode, pending)) continue;
    const { kind } = node as { readonly kind?: unknown };
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

/** What most nodes are. */
type KnownNode =
  | Expression
  | Identifier
  | FunctionArgument
  | SortItem
  | Query
  | Select
  | SelectExpression
  | GroupByElements
  | GroupingSet
  | CaseBranch;

/** Adds the parts of a node that may have queries inside, in the order in which it has them; returns false for a node of a rarer kind. */
function addKnownParts(node: KnownNode, pending: object[]): boolean {
  switch (node.kind) {
    case 'column-reference':
    case 'identifier':
    case 'number-literal':
    case 'string-literal':
      return true;
    case 'binary':
      pending.push(node.left, node.right);
      return true;
    case 'logical':
      return addList(node.operands, pending);
    case 'function-argument':
      pending.push(node.value);
      return true;
    case 'function-call':
      // One with a namespace is a name to be collected.
      if (node.name.parts.length > 1) return false;
      addList(node.arguments, pending);
      addList(node.orderBy, pending);
      addList(node.withinGroup, pending);
      addSome(node.filter, pending);
      return addSome(node.over, pending);
    case 'select-expression':
    case 'sort-item':
      pending.push(node.expression);
      return true;
    case 'between':
      pending.push(node.operand, node.low, node.high);
      return true;
    case 'in-list':
      pending.push(node.operand);
      return addList(node.values, pending);
    default:
      return addKnownClauses(node, pending);
  }
}

function addKnownClauses(node: KnownNode, pending: object[]): boolean {
  switch (node.kind) {
    case 'case':
      addSome(node.operand, pending);
      addList(node.branches, pending);
      return addSome(node.otherwise, pending);
    case 'case-branch':
      pending.push(node.when, node.then);
      return true;
    case 'select':
      addSome(node.distinct, pending);
      addList(node.items, pending);
      addList(node.from, pending);
      addSome(node.where, pending);
      addSome(node.groupBy, pending);
      addSome(node.having, pending);
      addList(node.windows, pending);
      return addSome(node.qualify, pending);
    case 'group-by-elements':
      return addList(node.elements, pending);
    case 'grouping-set':
      return addList(node.expressions, pending);
    case 'query':
      addSome(node.with, pending);
      pending.push(node.body);
      addSome(node.orderBy, pending);
      addSome(node.limit, pending);
      return addSome(node.offset, pending);
    default:
      return false;
  }
}

function addSome(node: object | null, pending: object[]): true {
  if (node !== null) pending.push(node);
  return true;
}

function addList(nodes: readonly object[], pending: object[]): true {
  for (const node of nodes) pending.push(node);
  return true;
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
