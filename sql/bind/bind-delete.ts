import type { Expression as PlanExpression } from '../../spi/index.ts';
import type { Delete, Truncate } from '../ast/index.ts';
import { bindChange } from './bind-change.ts';
import { bindPlaces, isMergeOnRead } from './bind-merge-on-read.ts';
import { bindTarget, candidateScan, countMatching } from './bind-modification.ts';
import { scanTable } from './bind-relation.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { readHintList } from './finish-query.ts';
import { lookUpTarget } from './maintained-table.ts';

/** Binds DELETE: the query puts out the rows that stay, those for which the condition is false or NULL. Without WHERE it is TRUNCATE.
 *  With USING it is a MERGE that deletes what is matched. */
export function bindDelete(state: BinderState, node: Delete): BoundStatement {
  if (node.using.length > 0) {
    const { using: source, where: on, span } = node;
    const action = { kind: 'merge-delete' as const, span };
    return bindChange(state, { ...node, source, on, clauses: [{ kind: 'merge-clause', match: 'matched', condition: null, action, span }] });
  }
  const target = bindTarget(state, node);
  const { table, scan, condition } = target;
  if (condition === null) return { kind: 'truncate', table: table.ref, target: candidateScan(target, null) };
  const stays: PlanExpression = { kind: 'call', function: 'is_not_true', arguments: [condition], type: { kind: 'boolean' } };
  const matching = countMatching(state, target);
  return {
    kind: 'delete',
    table: table.ref,
    target: candidateScan(target, matching),
    matching,
    changes: null,
    updates: false,
    query: target.finish({ plan: { kind: 'filter', input: scan, predicate: stays }, columns: scan.columns }),
    onRead: isMergeOnRead(table, 'delete')
      ? { positions: bindPlaces(state, target, condition, (rows) => target.finish(rows)), rows: null }
      : null,
    hints: readHintList(state, node.hints),
  };
}

/** Binds TRUNCATE. */
export function bindTruncate(state: BinderState, node: Truncate): BoundStatement {
  const table = lookUpTarget(state, node.table);
  const { table: ref, snapshotId, schemaId, columns } = scanTable(state, table).plan;
  return { kind: 'truncate', table: ref, target: { table: ref, snapshotId, schemaId, columns, filter: null, deletes: true } };
}
