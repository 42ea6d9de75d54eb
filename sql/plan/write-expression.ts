import type { AggregateCall, CaseExpression, DataType, Expression, FrameBound, PlanNode, SortKey, WindowCall } from '../../spi/index.ts';
import type { MeaningWriter } from './meaning-writer.ts';
import { writeType } from './write-type.ts';

/** Writes the plan of a subquery. */
export type WritePlan = (writer: MeaningWriter, plan: PlanNode) => void;

const EXPRESSION_CODES: Readonly<Record<Expression['kind'], number>> = {
  column: 1,
  literal: 2,
  parameter: 3,
  call: 4,
  cast: 5,
  case: 6,
  in: 7,
  struct: 8,
  field: 9,
  scalar_subquery: 10,
  exists: 11,
  in_subquery: 12,
  quantified: 13,
  lambda: 14,
};

/** Writes an expression: its kind, its type, and its parts in a fixed order. */
export function writeExpression(writer: MeaningWriter, expression: Expression, writePlan: WritePlan): void {
  writer.number(EXPRESSION_CODES[expression.kind]);
  writeType(writer, expression.type);
  switch (expression.kind) {
    case 'column':
      writer.id(expression.id);
      return;
    case 'literal':
      writeConstant(writer, expression.value);
      return;
    case 'parameter':
      writer.number(expression.index);
      return;
    case 'call':
      writer.text(expression.function);
      writeExpressions(writer, expression.arguments, writePlan);
      return;
    case 'cast':
      writer.flag(expression.safe);
      writeExpression(writer, expression.argument, writePlan);
      return;
    case 'case':
      writeCase(writer, expression, writePlan);
      return;
    case 'in':
      writeExpression(writer, expression.argument, writePlan);
      writeExpressions(writer, expression.items, writePlan);
      return;
    case 'struct':
      writeExpressions(writer, expression.values, writePlan);
      return;
    case 'field':
      writer.text(expression.name);
      writeExpression(writer, expression.argument, writePlan);
      return;
    default:
      writeNested(writer, expression, writePlan);
  }
}

type Nested = Extract<Expression, { readonly kind: 'scalar_subquery' | 'exists' | 'in_subquery' | 'quantified' | 'lambda' }>;

function writeNested(writer: MeaningWriter, expression: Nested, writePlan: WritePlan): void {
  switch (expression.kind) {
    case 'scalar_subquery':
      writePlan(writer, expression.plan);
      writer.id(expression.columnId);
      return;
    case 'exists':
      writePlan(writer, expression.plan);
      return;
    case 'in_subquery':
      writeExpressions(writer, expression.arguments, writePlan);
      writePlan(writer, expression.plan);
      writeIds(writer, expression.columnIds);
      return;
    case 'quantified':
      writer.text(expression.operator);
      writer.text(expression.quantifier);
      writeExpression(writer, expression.argument, writePlan);
      writePlan(writer, expression.plan);
      writer.id(expression.columnId);
      return;
    case 'lambda':
      writer.number(expression.parameters.length);
      for (const { id, type } of expression.parameters) writeColumn(writer, id, type);
      writeExpression(writer, expression.body, writePlan);
  }
}

function writeCase(writer: MeaningWriter, { branches, otherwise }: CaseExpression, writePlan: WritePlan): void {
  writer.number(branches.length);
  for (const { when, then } of branches) {
    writeExpression(writer, when, writePlan);
    writeExpression(writer, then, writePlan);
  }
  writeOptional(writer, otherwise, writePlan);
}

function writeConstant(writer: MeaningWriter, value: string | boolean | null): void {
  if (value === null) writer.number(0);
  else if (typeof value === 'boolean') writer.number(value ? 2 : 1);
  else {
    writer.number(3);
    writer.text(value);
  }
}

/** Writes a list of expressions. */
export function writeExpressions(writer: MeaningWriter, expressions: readonly Expression[], writePlan: WritePlan): void {
  writer.number(expressions.length);
  for (const expression of expressions) writeExpression(writer, expression, writePlan);
}

/** Writes an expression, or that there is none. */
export function writeOptional(writer: MeaningWriter, expression: Expression | null, writePlan: WritePlan): void {
  writer.flag(expression !== null);
  if (expression !== null) writeExpression(writer, expression, writePlan);
}

/** Writes a list of column ids. */
export function writeIds(writer: MeaningWriter, ids: readonly number[]): void {
  writer.number(ids.length);
  for (const id of ids) writer.id(id);
}

/** Writes what a column is for those that read it; its name and whether it may be NULL do not decide what is computed. */
export function writeColumn(writer: MeaningWriter, id: number, type: DataType): void {
  writer.id(id);
  writeType(writer, type);
}

/** Writes the keys of an order. */
export function writeSortKeys(writer: MeaningWriter, keys: readonly SortKey[], writePlan: WritePlan): void {
  writer.number(keys.length);
  for (const { expression, descending, nullsFirst } of keys) {
    writer.number((descending ? 2 : 0) + (nullsFirst ? 1 : 0));
    writeExpression(writer, expression, writePlan);
  }
}

/** Writes an aggregate call. */
export function writeAggregateCall(writer: MeaningWriter, call: AggregateCall, writePlan: WritePlan): void {
  writer.text(call.function);
  writeType(writer, call.type);
  writer.flag(call.distinct);
  writeExpressions(writer, call.arguments, writePlan);
  writeOptional(writer, call.filter, writePlan);
  writeSortKeys(writer, call.orderBy, writePlan);
}

/** Writes a window call. */
export function writeWindowCall(writer: MeaningWriter, call: WindowCall, writePlan: WritePlan): void {
  writeAggregateCall(writer, call, writePlan);
  writer.flag(call.ignoreNulls);
  writeExpressions(writer, call.partitionBy, writePlan);
  writeSortKeys(writer, call.windowOrderBy, writePlan);
  writer.flag(call.frame !== null);
  if (call.frame === null) return;
  writer.text(call.frame.unit);
  writer.text(call.frame.exclude);
  writeBound(writer, call.frame.start, writePlan);
  writeBound(writer, call.frame.end, writePlan);
}

function writeBound(writer: MeaningWriter, bound: FrameBound, writePlan: WritePlan): void {
  writer.text(bound.kind);
  if ('offset' in bound) writeExpression(writer, bound.offset, writePlan);
}
