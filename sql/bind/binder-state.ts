import type {
  AggregateColumn,
  CommonTable,
  Expression as PlanExpression,
  PlanColumn,
  PlanNode,
  SnapshotPin,
  ViewDefinition,
  WindowColumn,
} from '../../spi/index.ts';
import type { Expression, NamedWindow, Query, Span } from '../ast/index.ts';
import type { SourceText } from './bind-error.ts';
import type { BindContext } from './bound-statement.ts';
import type { ColumnRegistry } from './column-registry.ts';
import type { ExpressionSpans } from './expression-spans.ts';
import type { ParameterSlots } from './parameters.ts';
import type { ReadRecord } from './read-record.ts';
import type { RelationMap } from './resolve-relations.ts';
import type { Scope } from './scope.ts';
import type { TableColumns } from './table-columns.ts';
import type { PolicyLookup } from './policy-lookup.ts';

/** What the binding of one statement shares and collects. Parts marked as collected grow while binding goes on. */
export interface BinderState {
  readonly context: BindContext;
  readonly relations: RelationMap;
  readonly parameters: ParameterSlots;
  readonly columns: ColumnRegistry;
  /** Collected: the snapshots read, by table and snapshot. */
  readonly pins: Map<string, SnapshotPin>;
  /** Collected: tables whose columns come to be as they are named. */
  readonly tables: TableColumns[];
  /** Collected: names of functions that make the answer change from run to run. */
  readonly unstableFunctions: Set<string>;
  /** Collected: what is read, as far as the plans do not tell. */
  readonly reads: ReadRecord;
  /** Collected: where columns were named, for errors that are found later. */
  readonly spans: ExpressionSpans;
  /** Collected: how many expressions were bound, and how many are being bound inside each other, so that duplication cannot run away. */
  readonly work: { expressions: number; depth: number };
  /** Which filters and masks hold; null when there are none. */
  readonly policies: PolicyLookup | null;
  /** The view whose text is being bound; null in the statement's own. */
  readonly definer: ViewDefinition | null;
  /** The text that spans point into: the statement's, or a view's. */
  readonly source: SourceText;
  readonly rules: BindingRules;
}

/** The rules that call each other in circles. */
export interface BindingRules {
  expression(context: ExpressionContext, expression: Expression): PlanExpression;
  query(state: BinderState, query: Query, environment: Environment): BoundRelation;
}

/** What surrounds a query: common tables by lower-case name, and the scope whose columns it may read as correlated ones. */
export interface Environment {
  readonly commonTables: ReadonlyMap<string, VisibleCommonTable>;
  readonly outer: Scope | null;
}

/** A common table that may be named. */
export type VisibleCommonTable = Pick<CommonTable, 'cteId' | 'name' | 'columns'>;

/** A bound query: a plan and those of its columns that are the result, in order. */
export interface BoundRelation {
  readonly plan: PlanNode;
  readonly columns: readonly PlanColumn[];
}

/** What the binding of an expression needs to know. */
export interface ExpressionContext {
  readonly state: BinderState;
  readonly scope: Scope;
  readonly environment: Environment;
  /** Takes the aggregate and window functions; null where neither may stand. */
  readonly calls: CallCollector | null;
  /** Where the expression stands, for messages: `WHERE`, `an argument of sum`. */
  readonly place: string;
}

// Contexts, collectors and scopes are written out where they are made of others: copies by spread have hidden classes of their own, and these are read at
// every expression.

/** Returns a context for another place in the same scope. */
export function inPlace({ state, scope, environment }: ExpressionContext, place: string, calls: CallCollector | null): ExpressionContext {
  return { state, scope, environment, calls, place };
}

/** Returns a context for the same place in another scope. */
export function inScope({ state, environment, calls, place }: ExpressionContext, scope: Scope): ExpressionContext {
  return { state, scope, environment, calls, place };
}

/** Returns a collector into the same maps that takes no windows. */
export function withoutWindows({ aggregates, windows, groupings, unnests, namedWindows }: CallCollector): CallCollector {
  return { aggregates, windows, groupings, unnests, allowWindows: false, namedWindows };
}

/** Takes aggregate and window calls out of the expressions of one SELECT; equal calls are taken once. */
export interface CallCollector {
  readonly aggregates: Map<string, AggregateColumn>;
  readonly windows: Map<string, WindowColumn>;
  readonly allowWindows: boolean;
  readonly namedWindows: readonly NamedWindow[];
  /** Calls of grouping(): the expressions asked for stand in `arguments` until the groups are known. */
  readonly groupings: Map<string, AggregateColumn>;
  /** Lists of the SELECT list whose elements become rows. */
  readonly unnests: Map<string, { readonly argument: PlanExpression; readonly span: Span; readonly column: PlanColumn }>;
}

/** Binds an expression within a context. */
export function bindWithin(context: ExpressionContext, expression: Expression): PlanExpression {
  return context.state.rules.expression(context, expression);
}
