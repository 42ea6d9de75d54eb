import {
  type DataType,
  type Expression as PlanExpression,
  nearestName,
  type PlanColumn,
  type PlanNode,
  type ProjectColumn,
} from '../../spi/index.ts';
import type { Identifier, Unpivot, UnpivotGroup } from '../ast/index.ts';
import { predicate, unify } from './bind-comparison.ts';
import { bindError, didYouMean } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import type { BinderState } from './binder-state.ts';
import { type FromItem, nameColumns } from './from-item.ts';
import { sameName } from './relation-name.ts';
import { columnExpression } from './scope.ts';
import { type ScopeColumn, ScopeColumns } from './scope-columns.ts';

const VARCHAR: DataType = { kind: 'varchar' };

/** Binds UNPIVOT: each row is joined with lists of its values, unnested side by side.
 *  @throws SQL_UNKNOWN_COLUMN, SQL_TYPE_MISMATCH */
export function bindUnpivot(state: BinderState, node: Unpivot, from: FromItem): FromItem {
  const taken = node.groups.map((group) => groupColumns(state, node, group, from));
  const labels = node.groups.map((group, index) => group.label ?? (taken[index] ?? []).map((column) => column.name).join('_'));
  const names = listOf(
    labels.map((label) => literal(VARCHAR, label)),
    VARCHAR,
  );
  const values = node.values.map((name, place) => {
    const columns = taken.flatMap((group) => group.slice(place, place + 1)).map(columnExpression);
    const spans = node.groups.map((group) => group.span);
    const unified = unify(state, columns, spans, node.span, `UNPIVOT into ${name.name}`);
    return listOf(unified, unified[0]?.type ?? { kind: 'null' });
  });
  const nameColumn = state.columns.create({ name: node.name.name, type: VARCHAR, nullable: false });
  const valueColumns = values.map(
    (list, place): PlanColumn =>
      state.columns.create({ name: node.values[place]?.name ?? 'value', type: elementOf(list.type), nullable: true }),
  );
  const right: PlanNode = { kind: 'unnest', arguments: [names, ...values], columns: [nameColumn, ...valueColumns], ordinality: null };
  const joined: PlanNode = { kind: 'join', joinType: 'cross', left: from.plan, right, condition: null, lateral: true };
  const plan = node.includeNulls ? joined : withoutNulls(joined, valueColumns);
  const gone = new Set(taken.flat().map((column) => column.id));
  const kept = from.columns.all().filter((column) => !column.qualifiedOnly && !gone.has(column.id));
  const columns = [...kept, nameColumn, ...valueColumns].map(
    (column): ProjectColumn =>
      state.columns.create({
        name: column.name,
        type: column.type,
        nullable: state.columns.isNullable(column.id),
        expression: columnExpression(column),
      }),
  );
  const projected: PlanNode = { kind: 'project', input: plan, columns };
  return {
    plan: projected,
    columns: ScopeColumns.of(nameColumns(state, columns, { table: null, schema: null }, node.alias)),
    seesLeft: from.seesLeft,
  };
}

function groupColumns(state: BinderState, node: Unpivot, group: UnpivotGroup, from: FromItem): readonly ScopeColumn[] {
  if (group.columns.length !== node.values.length) {
    const message = `UNPIVOT makes ${String(node.values.length)} value(s) of ${String(group.columns.length)} column(s)`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, group.span);
  }
  return group.columns.map((name) => columnOf(state, from, name));
}

function columnOf(state: BinderState, from: FromItem, name: Identifier): ScopeColumn {
  const visible = from.columns.all().filter((column) => !column.qualifiedOnly);
  const matches = visible.filter((column) => sameName(column.name, name.name));
  const [found, ...more] = matches;
  if (more.length > 0) throw bindError(state, 'SQL_AMBIGUOUS_COLUMN', `more than one column has the name ${name.name}`, name.span);
  if (found !== undefined) return found;
  const hint = didYouMean(
    nearestName(
      name.name,
      visible.map((column) => column.name),
    ),
  );
  throw bindError(state, 'SQL_UNKNOWN_COLUMN', `no column of the name ${name.name} to unpivot`, name.span, { hint });
}

function listOf(elements: readonly PlanExpression[], element: DataType): PlanExpression {
  return { kind: 'call', function: 'list_value', arguments: elements, type: { kind: 'list', element, elementNullable: true } };
}

const elementOf = (type: DataType): DataType => (type.kind === 'list' ? type.element : type);

function withoutNulls(input: PlanNode, columns: readonly PlanColumn[]): PlanNode {
  const conditions = columns.map((column) => predicate('is_not_null', columnExpression(column)));
  const [first] = conditions;
  if (first === undefined) return input;
  return { kind: 'filter', input, predicate: conditions.length === 1 ? first : predicate('and', ...conditions) };
}
