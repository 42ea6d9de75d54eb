import { planInputs, type PlanNode, type ScanNode } from '../../../spi/index.ts';

/** How much a piece of a plan puts out, as far as one can tell before it ran. */
export interface Weight {
  readonly rows: number;
  readonly bytes: number;
}

const NOTHING: Weight = { rows: 0, bytes: 0 };

/** Part of its rows that a filter lets through, and part that is left by grouping. */
const FILTERED = 1 / 2;
const GROUPED = 1 / 4;

/** Returns what a node puts out, from the sizes of the files that its scans read. */
export function weighNode(node: PlanNode, weighScan: (scan: ScanNode) => Weight): Weight {
  const below = (): Weight =>
    planInputs(node)
      .map((input) => weighNode(input, weighScan))
      .reduce(add, NOTHING);
  switch (node.kind) {
    case 'scan': {
      const weight = weighScan(node);
      return node.filter === null ? weight : scale(weight, FILTERED);
    }
    case 'filter':
      return scale(below(), FILTERED);
    case 'distinct':
      return scale(below(), GROUPED);
    case 'aggregate':
      return node.groups.length === 0 && node.groupingSets === null ? { rows: 1, bytes: 64 } : scale(below(), GROUPED);
    case 'limit': {
      const weight = below();
      if (node.limit?.kind !== 'literal' || weight.rows === 0) return weight;
      return scale(weight, Math.min(1, Number(node.limit.value) / weight.rows));
    }
    case 'join': {
      const left = weighNode(node.left, weighScan);
      return node.joinType === 'semi' || node.joinType === 'anti' ? left : add(left, weighNode(node.right, weighScan));
    }
    default:
      return below();
  }
}

function scale({ rows, bytes }: Weight, factor: number): Weight {
  return { rows: rows * factor, bytes: bytes * factor };
}

function add(left: Weight, right: Weight): Weight {
  return { rows: left.rows + right.rows, bytes: left.bytes + right.bytes };
}
