import { type DataType, type Expression as PlanExpression, formatType, nearestName } from '../../spi/index.ts';
import type { FieldAccess, Identifier, List, MapConstructor, Slice, Span, Struct, Subscript } from '../ast/index.ts';
import { bindError, didYouMean } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { callNamed } from './bind-operator.ts';
import { type BinderState, bindWithin, type ExpressionContext } from './binder-state.ts';
import { settled } from './coercion.ts';
import { sameName } from './relation-name.ts';

/** Binds `[a, b]`. */
export function bindList(context: ExpressionContext, node: List): PlanExpression {
  const elements = node.elements.map((element) => bindWithin(context, element));
  return callNamed(
    context,
    'list_value',
    elements,
    node.elements.map((element) => element.span),
    node.span,
  );
}

/** Binds `MAP {k: v}`. */
export function bindMap(context: ExpressionContext, node: MapConstructor): PlanExpression {
  if (node.entries.length === 0) return callNamed(context, 'map_of', [], [], node.span);
  const keys = node.entries.map((entry) => entry.key);
  const values = node.entries.map((entry) => entry.value);
  const lists = [keys, values].map((elements) => bindList(context, { kind: 'list', elements, span: node.span }));
  return callNamed(context, 'map_of', lists, [node.span, node.span], node.span);
}

/** Binds `{a: 1}`. */
export function bindStruct(context: ExpressionContext, node: Struct): PlanExpression {
  const values = node.fields.map((field) => settled(context.state, bindWithin(context, field.value)));
  const names = node.fields.map((field) => field.name);
  const repeated = names.find((name, index) => names.findIndex((other) => sameName(other.name, name.name)) !== index);
  if (repeated !== undefined)
    throw bindError(context.state, 'SQL_DUPLICATE_NAME', `the struct has two fields ${repeated.name}`, repeated.span);
  const fields = values.map((value, index) => ({ name: names[index]?.name ?? '', type: value.type, nullable: true }));
  return { kind: 'struct', values, type: { kind: 'struct', fields } };
}

/** Binds `(x).field`. */
export function bindFieldAccess(context: ExpressionContext, node: FieldAccess): PlanExpression {
  return readField(context.state, bindWithin(context, node.operand), node.field);
}

/** Reads a field of a struct, or the value of a key of a map with text keys.
 *  @throws SQL_UNKNOWN_COLUMN, SQL_TYPE_MISMATCH */
export function readField(state: BinderState, argument: PlanExpression, field: Identifier): PlanExpression {
  const { type } = argument;
  if (type.kind !== 'struct') {
    throw bindError(state, 'SQL_TYPE_MISMATCH', `${formatType(type)} has no field ${field.name}`, field.span);
  }
  const found = type.fields.find((candidate) => sameName(candidate.name, field.name));
  if (found !== undefined) return { kind: 'field', argument, name: found.name, type: found.type };
  const hint = didYouMean(
    nearestName(
      field.name,
      type.fields.map((candidate) => candidate.name),
    ),
  );
  throw bindError(state, 'SQL_UNKNOWN_COLUMN', `the struct has no field ${field.name}`, field.span, { hint });
}

/** Binds `x[i]`: an element of a list, the value of a key, a field of a struct by its name. */
export function bindSubscript(context: ExpressionContext, node: Subscript): PlanExpression {
  const operand = bindWithin(context, node.operand);
  if (operand.type.kind === 'struct' && node.index.kind === 'string-literal') {
    return readField(context.state, operand, { kind: 'identifier', name: node.index.value, quoted: true, span: node.index.span });
  }
  const index = bindWithin(context, node.index);
  return callNamed(context, 'element_at', [operand, index], [node.operand.span, node.index.span], node.span);
}

/** Binds `x[from:to]`; an absent end is that of the value. */
export function bindSlice(context: ExpressionContext, node: Slice): PlanExpression {
  const end = (value: string): PlanExpression => literal({ kind: 'bigint' } satisfies DataType, value);
  const from = node.from === null ? end('1') : bindWithin(context, node.from);
  const to = node.to === null ? end('-1') : bindWithin(context, node.to);
  const spans: readonly Span[] = [node.operand.span, node.from?.span ?? node.span, node.to?.span ?? node.span];
  return callNamed(context, 'list_slice', [bindWithin(context, node.operand), from, to], spans, node.span);
}
