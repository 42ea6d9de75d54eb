import { assert, conjuncts, type JoinNode, type JoinType, outputColumns, readsColumns } from '../../spi/index.ts';
import type { PrintContext } from './print-context.ts';
import { printPredicate } from './print-subquery.ts';
import { closeBlock, openForJoin } from './derived-block.ts';
import type { SelectBlock } from './select-block.ts';

interface JoinForm {
  readonly words: string;
  /** Whether conditions on the rows of that side may as well be checked after the join. */
  readonly hoistsLeft: boolean;
  readonly hoistsRight: boolean;
}

const FORMS: Readonly<Record<JoinType, JoinForm>> = {
  inner: { words: 'JOIN', hoistsLeft: true, hoistsRight: true },
  cross: { words: 'CROSS JOIN', hoistsLeft: true, hoistsRight: true },
  left: { words: 'LEFT JOIN', hoistsLeft: true, hoistsRight: false },
  right: { words: 'RIGHT JOIN', hoistsLeft: false, hoistsRight: true },
  full: { words: 'FULL JOIN', hoistsLeft: false, hoistsRight: false },
  semi: { words: 'SEMI JOIN', hoistsLeft: true, hoistsRight: false },
  anti: { words: 'ANTI JOIN', hoistsLeft: true, hoistsRight: false },
  asof_inner: { words: 'ASOF JOIN', hoistsLeft: true, hoistsRight: false },
  asof_left: { words: 'ASOF LEFT JOIN', hoistsLeft: true, hoistsRight: false },
};

/** Prints a join. Joins of joins stay in one FROM clause without derived tables between them, so that DuckDB can reorder them all. */
export function printJoin(context: PrintContext, node: JoinNode): SelectBlock {
  const form = FORMS[node.joinType];
  const leftBelow = openForJoin(context, context.node(node.left));
  const left = form.hoistsLeft || leftBelow.where.length === 0 ? leftBelow : closeBlock(context, leftBelow);
  const rightBelow = context.node(node.right);
  const right = node.lateral ? closeBlock(context, rightBelow) : rightSide(context, rightBelow, form);
  const condition = node.condition === null ? null : printPredicate(context, node.condition);
  const rightText = node.lateral ? `LATERAL ${right.from}` : right.joined ? `(${right.from})` : right.from;
  const keyed = partnersOfKeys(context, node);
  const on = node.joinType === 'cross' ? '' : ` ON ${condition ?? 'true'}${keyed.on}`;
  const leftOnly = node.joinType === 'semi' || node.joinType === 'anti';
  return {
    ...left,
    from: `${left.from} ${form.words} ${rightText}${on}`,
    joined: true,
    where: [...left.where, ...right.where, ...keyed.where],
    outputs: leftOnly ? left.outputs : [...left.outputs, ...right.outputs],
  };
}

/** DuckDB gives a left row of an ASOF join whose inequality key is NULL a partner when the rows are many. Returns the conditions that take it away: after
 *  the join, or as an equality that holds for no such row where the row itself stays. */
function partnersOfKeys(context: PrintContext, node: JoinNode): { readonly on: string; readonly where: readonly string[] } {
  if (node.joinType !== 'asof_inner' && node.joinType !== 'asof_left') return { on: '', where: [] };
  const inequality = conjuncts(node.condition).find((part) => part.kind === 'call' && INEQUALITIES.has(part.function));
  const [first, second] = inequality?.kind === 'call' ? inequality.arguments : [];
  assert(first !== undefined && second !== undefined, 'the binder lets an ASOF join have exactly one inequality');
  const ofLeft = new Set(outputColumns(node.left).map(({ id }) => id));
  const [leftKey, rightKey] = readsColumns(first, ofLeft) ? [first, second] : [second, first];
  const key = context.expression(leftKey);
  if (node.joinType === 'asof_inner') return { on: '', where: [`${key} IS NOT NULL`] };
  return { on: ` AND (${key} IS NULL) = (${context.expression(rightKey)} IS NULL AND false)`, where: [] };
}

const INEQUALITIES = new Set(['lt', 'le', 'gt', 'ge']);

function rightSide(context: PrintContext, below: SelectBlock, form: JoinForm): SelectBlock {
  const open = openForJoin(context, below);
  return form.hoistsRight || open.where.length === 0 ? open : closeBlock(context, open);
}
