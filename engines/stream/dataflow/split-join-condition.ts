import { conjuncts, type Expression, type JoinNode, outputColumns, walkExpression } from '../../../spi/index.ts';

/** A join condition taken apart. */
export interface JoinCondition {
  /** Pairs that must be equal: one side over the left columns, one over the right. */
  readonly keys: readonly { readonly left: Expression; readonly right: Expression }[];
  /** Conditions over rows of both. */
  readonly residual: readonly Expression[];
}

/** Returns the equalities between the two sides, and the rest. */
export function splitJoinCondition(node: JoinNode): JoinCondition {
  const left = new Set(outputColumns(node.left).map((column) => column.id));
  const right = new Set(outputColumns(node.right).map((column) => column.id));
  const keys: { left: Expression; right: Expression }[] = [];
  const residual: Expression[] = [];
  for (const condition of conjuncts(node.condition)) {
    const [a, b] = condition.kind === 'call' && condition.function === 'eq' ? condition.arguments : [];
    if (a !== undefined && b !== undefined && readsOnly(a, left) && readsOnly(b, right)) keys.push({ left: a, right: b });
    else if (a !== undefined && b !== undefined && readsOnly(a, right) && readsOnly(b, left)) keys.push({ left: b, right: a });
    else residual.push(condition);
  }
  return { keys, residual };
}

/** Whether an expression reads columns, all of them among those given. */
export function readsOnly(expression: Expression, ids: ReadonlySet<number>): boolean {
  let reads = 0;
  let others = 0;
  walkExpression(expression, {
    expression: (part) => {
      if (part.kind !== 'column') return;
      if (ids.has(part.id)) reads += 1;
      else others += 1;
    },
  });
  return reads > 0 && others === 0;
}
