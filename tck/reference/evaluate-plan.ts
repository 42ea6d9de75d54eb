import type {
  DistinctNode,
  Expression,
  PlanNode,
  ScanNode,
  SetOperationNode,
  TableFunctionNode,
  UnnestNode,
  WithNode,
} from '../../spi/index.ts';
import { outputColumns } from '../../spi/index.ts';
import type { Value } from '../value/value.ts';
import { keyText } from './compare-values.ts';
import { evaluateAggregate } from './evaluate-aggregate.ts';
import { evaluate, sortRows } from './evaluate-expression.ts';
import { evaluateJoin } from './evaluate-join.ts';
import { evaluateWindow } from './evaluate-window.ts';
import { type Row, type Scope, unknownPart } from './scope.ts';

/** Rounds after which a recursive query is taken for endless. */
const ROUNDS_MAX = 1000;

/** Returns the rows of a plan by the plainest means: no rule, no index, no batch.
 *  @param outer values of the columns of queries around
 *  @throws SQL_*, ENGINE_UNSUPPORTED for what the reference does not know */
export function evaluatePlan(node: PlanNode, outer: Row, scope: Scope): readonly Row[] {
  switch (node.kind) {
    case 'scan':
      return scanRows(node, outer, scope);
    case 'values':
      return node.rows.map((row) =>
        rowOf(
          node.columns,
          row.map((expression) => evaluate(expression, outer, scope)),
          outer,
        ),
      );
    case 'table_function':
      return seriesRows(node, outer, scope);
    case 'unnest':
      return unnestRows(node, outer, scope);
    case 'project':
      return evaluatePlan(node.input, outer, scope).map((row) => {
        const values = new Map(row);
        for (const { id, expression } of node.columns) values.set(id, evaluate(expression, row, scope));
        return values;
      });
    case 'filter':
      return evaluatePlan(node.input, outer, scope).filter((row) => evaluate(node.predicate, row, scope) === true);
    case 'join':
      return evaluateJoin(node, outer, scope);
    case 'aggregate':
      return evaluateAggregate(node, outer, scope);
    case 'window':
      return evaluateWindow(node, outer, scope);
    case 'sort':
      return sortRows(evaluatePlan(node.input, outer, scope), node.keys, scope);
    case 'limit': {
      const count = (expression: Expression | null, otherwise: number): number =>
        expression === null ? otherwise : Number(evaluate(expression, outer, scope));
      const offset = count(node.offset, 0);
      return evaluatePlan(node.input, outer, scope).slice(offset, offset + count(node.limit, Infinity));
    }
    case 'distinct':
      return distinctRows(node, outer, scope);
    case 'set_operation':
      return setRows(node, outer, scope);
    case 'with':
      return evaluatePlan(node.body, outer, withTables(node, outer, scope));
    case 'cte_scan':
      return (scope.ctes.get(node.cteId) ?? []).map((values) => rowOf(node.columns, values, outer));
  }
}

function rowOf(columns: readonly { readonly id: number }[], values: readonly Value[], outer: Row): Row {
  return new Map([...outer, ...columns.map(({ id }, index): [number, Value] => [id, values[index] ?? null])]);
}

function scanRows(node: ScanNode, outer: Row, scope: Scope): readonly Row[] {
  const { fieldIds, rows } = scope.rowsOf(node);
  const positions = node.columns.map(({ fieldId }) => fieldIds.indexOf(fieldId));
  const all = rows.map((values) =>
    rowOf(
      node.columns,
      positions.map((position) => values[position] ?? null),
      outer,
    ),
  );
  const { filter } = node;
  return filter === null ? all : all.filter((row) => evaluate(filter, row, scope) === true);
}

function seriesRows({ function: name, arguments: operands, columns }: TableFunctionNode, outer: Row, scope: Scope): readonly Row[] {
  const values = operands.map((operand) => evaluate(operand, outer, scope));
  if (!values.every((value) => typeof value === 'bigint')) return unknownPart(`this form of ${name}()`);
  const [start, end, step = 1n] = values.length === 1 ? [0n, values[0] ?? 0n] : (values as readonly bigint[]);
  if (start === undefined || end === undefined || step <= 0n) return unknownPart(`this form of ${name}()`);
  const rows: Row[] = [];
  for (let at = start; name === 'range' ? at < end : at <= end; at += step) rows.push(rowOf(columns, [at], outer));
  return rows;
}

function unnestRows({ arguments: operands, columns, ordinality }: UnnestNode, outer: Row, scope: Scope): readonly Row[] {
  if (operands.some(({ type }) => type.kind !== 'list')) return unknownPart('UNNEST of what is no list');
  const lists = operands.map((operand) => (evaluate(operand, outer, scope) ?? []) as readonly Value[]);
  const count = Math.max(0, ...lists.map(({ length }) => length));
  const own = ordinality === null ? columns : [...columns, ordinality];
  return Array.from({ length: count }, (_, index) => rowOf(own, [...lists.map((list) => list[index] ?? null), BigInt(index + 1)], outer));
}

function distinctRows({ input, on, orderBy }: DistinctNode, outer: Row, scope: Scope): readonly Row[] {
  const rows = sortRows(evaluatePlan(input, outer, scope), orderBy, scope);
  const columns = outputColumns(input);
  const keyOf = (row: Row): string =>
    on === null
      ? keysOf(
          row,
          columns.map(({ id }) => id),
        )
      : on.map((key) => keyText(evaluate(key, row, scope))).join('|');
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = keyOf(row);
    return !seen.has(key) && seen.add(key).size > 0;
  });
}

const keysOf = (row: Row, ids: readonly number[]): string => ids.map((id) => keyText(row.get(id) ?? null)).join('|');

function setRows({ operation, all, left, right, leftIds, rightIds, columns }: SetOperationNode, outer: Row, scope: Scope): readonly Row[] {
  const side = (node: PlanNode, ids: readonly number[]): readonly { key: string; row: Row }[] =>
    evaluatePlan(node, outer, scope).map((row) => ({
      key: keysOf(row, ids),
      row: rowOf(
        columns,
        ids.map((id) => row.get(id) ?? null),
        outer,
      ),
    }));
  const [one, other] = [side(left, leftIds), side(right, rightIds)];
  const once = (rows: readonly { key: string; row: Row }[]): readonly Row[] => [
    ...new Map(rows.map(({ key, row }) => [key, row])).values(),
  ];
  if (operation === 'union') return all ? [...one, ...other].map(({ row }) => row) : once([...one, ...other]);
  const counts = new Map<string, number>();
  for (const { key } of other) counts.set(key, (counts.get(key) ?? 0) + 1);
  const kept = one.filter(({ key }) => {
    const count = counts.get(key) ?? 0;
    if (all) counts.set(key, count - 1);
    return count > 0 === (operation === 'intersect');
  });
  return all ? kept.map(({ row }) => row) : once(kept);
}

function withTables({ ctes }: WithNode, outer: Row, scope: Scope): Scope {
  const tables = new Map(scope.ctes);
  for (const { cteId, plan, planIds, recursive } of ctes) {
    const inner = { ...scope, ctes: tables };
    const read = (node: PlanNode, ids: readonly number[]) =>
      evaluatePlan(node, outer, inner).map((row) => ids.map((id) => row.get(id) ?? null));
    let found = read(plan, planIds);
    if (recursive !== null) {
      const seen = new Set<string>();
      const fresh = (rows: typeof found) =>
        recursive.unionAll
          ? rows
          : rows.filter((row) => !seen.has(row.map(keyText).join('|')) && seen.add(row.map(keyText).join('|')).size > 0);
      let step = fresh(found);
      found = [...step];
      for (let round = 0; step.length > 0; round += 1) {
        if (round > ROUNDS_MAX) return unknownPart('a recursion without an end');
        tables.set(cteId, step);
        step = fresh(read(recursive.plan, recursive.planIds));
        found = [...found, ...step];
      }
    }
    tables.set(cteId, found);
  }
  return { ...scope, ctes: tables };
}
