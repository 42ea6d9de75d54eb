import type { CommonTable, PlanColumn, PlanNode, ScanNode } from '../../spi/index.ts';
import type { MeaningWriter } from './meaning-writer.ts';
import {
  writeAggregateCall,
  writeColumn,
  writeExpression,
  writeExpressions,
  writeIds,
  writeOptional,
  writeSortKeys,
  writeWindowCall,
} from './write-expression.ts';
import { writeType } from './write-type.ts';

const NODE_CODES: Readonly<Record<PlanNode['kind'], number>> = {
  scan: 1,
  values: 2,
  table_function: 3,
  unnest: 4,
  project: 5,
  filter: 6,
  join: 7,
  aggregate: 8,
  window: 9,
  sort: 10,
  limit: 11,
  distinct: 12,
  set_operation: 13,
  with: 14,
  cte_scan: 15,
};

/** Writes what a plan means, inputs before what is done with their rows. Snapshots, names of columns and whether they may be NULL are left out. */
export function writePlan(writer: MeaningWriter, node: PlanNode): void {
  writer.number(NODE_CODES[node.kind]);
  switch (node.kind) {
    case 'scan':
      writeScan(writer, node);
      return;
    case 'filter':
      writePlan(writer, node.input);
      writeExpression(writer, node.predicate, writePlan);
      return;
    case 'project':
      writePlan(writer, node.input);
      writer.number(node.columns.length);
      for (const { id, type, expression } of node.columns) {
        writeColumn(writer, id, type);
        writeExpression(writer, expression, writePlan);
      }
      return;
    case 'join':
      writer.text(node.joinType);
      writer.flag(node.lateral);
      writePlan(writer, node.left);
      writePlan(writer, node.right);
      writeOptional(writer, node.condition, writePlan);
      return;
    case 'aggregate':
      writeAggregate(writer, node);
      return;
    case 'set_operation':
      writer.text(node.operation);
      writer.flag(node.all);
      writePlan(writer, node.left);
      writePlan(writer, node.right);
      writeIds(writer, node.leftIds);
      writeIds(writer, node.rightIds);
      writeColumns(writer, node.columns);
      return;
    case 'with':
      writer.number(node.ctes.length);
      for (const table of node.ctes) writeCommonTable(writer, table);
      writePlan(writer, node.body);
      return;
    default:
      writeOther(writer, node);
  }
}

type Other = Extract<PlanNode, { kind: 'values' | 'table_function' | 'unnest' | 'window' | 'sort' | 'limit' | 'distinct' | 'cte_scan' }>;

function writeOther(writer: MeaningWriter, node: Other): void {
  switch (node.kind) {
    case 'values':
      writeColumns(writer, node.columns);
      writer.number(node.rows.length);
      for (const row of node.rows) writeExpressions(writer, row, writePlan);
      return;
    case 'table_function':
      writer.text(node.function);
      writeExpressions(writer, node.arguments, writePlan);
      writeColumns(writer, node.columns);
      return;
    case 'unnest':
      writeExpressions(writer, node.arguments, writePlan);
      writeColumns(writer, node.columns);
      writeColumns(writer, node.ordinality === null ? [] : [node.ordinality]);
      return;
    case 'window':
      writePlan(writer, node.input);
      writer.number(node.windows.length);
      for (const { id, type, call } of node.windows) {
        writeColumn(writer, id, type);
        writeWindowCall(writer, call, writePlan);
      }
      return;
    case 'sort':
      writePlan(writer, node.input);
      writeSortKeys(writer, node.keys, writePlan);
      return;
    case 'limit':
      writePlan(writer, node.input);
      writeOptional(writer, node.limit, writePlan);
      writeOptional(writer, node.offset, writePlan);
      return;
    case 'distinct':
      writePlan(writer, node.input);
      writer.flag(node.on !== null);
      writeExpressions(writer, node.on ?? [], writePlan);
      writeSortKeys(writer, node.orderBy, writePlan);
      return;
    case 'cte_scan':
      writer.id(node.cteId);
      writeColumns(writer, node.columns);
  }
}

function writeScan(writer: MeaningWriter, node: ScanNode): void {
  writer.text(node.table.uuid);
  writer.number(node.columns.length);
  for (const { id, fieldId, type } of node.columns) {
    writer.id(id);
    writer.number(fieldId);
    writeType(writer, type);
  }
  writeOptional(writer, node.filter, writePlan);
  writer.flag(node.files !== undefined);
  writer.number(node.files?.length ?? 0);
  for (const file of node.files ?? []) writer.text(file);
}

function writeAggregate(writer: MeaningWriter, node: Extract<PlanNode, { kind: 'aggregate' }>): void {
  writePlan(writer, node.input);
  writer.number(node.groups.length);
  for (const { id, type, expression } of node.groups) {
    writeColumn(writer, id, type);
    writeExpression(writer, expression, writePlan);
  }
  writer.flag(node.groupingSets !== null);
  writer.number(node.groupingSets?.length ?? 0);
  for (const set of node.groupingSets ?? []) {
    writer.number(set.length);
    for (const position of set) writer.number(position);
  }
  writer.number(node.aggregates.length);
  for (const { id, type, call } of node.aggregates) {
    writeColumn(writer, id, type);
    writeAggregateCall(writer, call, writePlan);
  }
}

function writeCommonTable(writer: MeaningWriter, table: CommonTable): void {
  writer.id(table.cteId);
  writer.number(table.materialized === null ? 0 : table.materialized ? 2 : 1);
  writePlan(writer, table.plan);
  writeIds(writer, table.planIds);
  writeColumns(writer, table.columns);
  writer.flag(table.recursive !== null);
  if (table.recursive === null) return;
  writer.flag(table.recursive.unionAll);
  writePlan(writer, table.recursive.plan);
  writeIds(writer, table.recursive.planIds);
}

function writeColumns(writer: MeaningWriter, columns: readonly PlanColumn[]): void {
  writer.number(columns.length);
  for (const { id, type } of columns) writeColumn(writer, id, type);
}
