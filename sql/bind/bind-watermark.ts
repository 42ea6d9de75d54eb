import { formatType, type NewColumn } from '../../spi/index.ts';
import type { Expression, WatermarkDefinition } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import { sameName } from './relation-name.ts';
import { constantIntervalUs, isTimestamp, refusedLength } from './window-length.ts';

/** Properties of a table that say how late its rows may be. */
export const WATERMARK_COLUMN = 'trivium.watermark.column';
/** Units: microseconds as decimal text. */
export const WATERMARK_DELAY = 'trivium.watermark.delay-us';

/** Binds `WATERMARK FOR ts AS ts - INTERVAL '5' SECOND` to properties of the table.
 *  @throws SQL_UNKNOWN_COLUMN, SQL_TYPE_MISMATCH when the column is no timestamp, SQL_UNSUPPORTED for another expression */
export function bindWatermarks(
  state: BinderState,
  nodes: readonly WatermarkDefinition[],
  columns: readonly NewColumn[],
): Readonly<Record<string, string>> {
  const [node, second] = nodes;
  if (node === undefined) return {};
  if (second !== undefined) throw unsupported(state, 'a second WATERMARK', second.span);
  const column = columns.find((candidate) => sameName(candidate.name, node.column.name));
  if (column === undefined) {
    throw bindError(state, 'SQL_UNKNOWN_COLUMN', `the table has no column ${node.column.name}`, node.column.span);
  }
  if (!isTimestamp(column.type)) {
    const message = `column ${column.name} is ${formatType(column.type)}; a watermark is kept over timestamp or timestamp with time zone`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, node.column.span);
  }
  return { [WATERMARK_COLUMN]: column.name, [WATERMARK_DELAY]: delayUs(state, node).toString() };
}

function delayUs(state: BinderState, node: WatermarkDefinition): bigint {
  const { expression } = node;
  if (isColumn(expression, node)) return 0n;
  if (expression.kind !== 'binary' || expression.operator !== '-' || !isColumn(expression.left, node)) {
    const name = node.column.name;
    throw unsupported(state, 'a WATERMARK of this form', expression.span, `Write ${name} - INTERVAL '5' SECOND, or ${name} alone.`);
  }
  const lengthUs = constantIntervalUs(state, expression.right, { commonTables: new Map(), outer: null });
  if (lengthUs === null || lengthUs < 0n || lengthUs > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw refusedLength(state, 'the delay of a watermark', expression.right.span);
  }
  return lengthUs;
}

function isColumn(expression: Expression, node: WatermarkDefinition): boolean {
  const [only, ...more] = expression.kind === 'column-reference' ? expression.parts : [];
  return only !== undefined && more.length === 0 && sameName(only.name, node.column.name);
}
