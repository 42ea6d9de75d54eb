import {
  type CteScanNode,
  hasSubquery,
  type LogicalPlan,
  mapNodeExpressions,
  mapSubqueries,
  outputColumns,
  type PlanColumn,
  type PlanNode,
  planExpressions,
  type ScanNode,
  walkPlan,
  type WithNode,
} from '../../../spi/index.ts';
import { freeIds, neededBelow } from './column-use.ts';
import { collectRows } from './exchange-rows.ts';
import { exchangeScan, exchangeStage, isStorable } from './exchange-scan.ts';
import { isRepeatable } from './is-repeatable.ts';
import type { CutSettings, ExchangeOutput, Planner } from './planner.ts';
import { countCteScans, inlineCte, replaceLeaves } from './replace-leaves.ts';
import { spreadAggregate } from './spread-aggregate.ts';
import { spreadJoin } from './spread-join.ts';
import { spreadLimit, spreadSort } from './spread-order.ts';
import { spreadDistinct, spreadSetOperation, spreadWindow } from './spread-rows.ts';
import type { Branch, Stage, StagePlan } from './stage-plan.ts';
import { type Weight, weighNode } from './weigh-node.ts';

/** Cuts a plan into stages. `weighScan` tells what a scan reads; scans must have no subquery in their filter.
 *  Guarantees: the rows of the last stage's tasks together are those of the plan, in its order when it has one (then there is one task). */
export function planStages(plan: LogicalPlan, settings: CutSettings, weighScan: (scan: ScanNode) => Weight): StagePlan {
  const cutter = new Cutter(plan.root, settings, weighScan);
  const branches = isCuttable(plan.root)
    ? cutter.spread(plan.root, new Set(plan.output.map((column) => column.id)))
    : [{ root: plan.root, source: { kind: 'single' } } as const];
  return { stages: [...cutter.stages, { id: cutter.stages.length, branches, output: { kind: 'final' } }] };
}

/** Returns a plan that is one task. */
export function wholeStage(plan: LogicalPlan): StagePlan {
  return { stages: [{ id: 0, branches: [{ root: plan.root, source: { kind: 'single' } }], output: { kind: 'final' } }] };
}

/** What cannot be kept in files between stages is not cut. */
function isCuttable(root: PlanNode): boolean {
  let storable = true;
  walkPlan(root, {
    node: (node) => {
      if (outputColumns(node).some((column) => !isStorable(column.type))) storable = false;
    },
  });
  return storable;
}

class Cutter implements Planner {
  readonly stages: Stage[] = [];
  readonly settings: CutSettings;
  readonly #weighScan: (scan: ScanNode) => Weight;
  /** What was estimated of the rows of each exchange, by stage. */
  readonly #handedOn: Weight[] = [];
  #lastId: number;

  constructor(root: PlanNode, settings: CutSettings, weighScan: (scan: ScanNode) => Weight) {
    this.settings = settings;
    this.#weighScan = weighScan;
    this.#lastId = highestId(root);
  }

  weigh(node: PlanNode): Weight {
    return weighNode(node, (scan) => {
      const stage = exchangeStage(scan);
      return stage === null ? this.#weighScan(scan) : (this.#handedOn[stage] ?? { rows: 0, bytes: 0 });
    });
  }

  newColumn({ name, type, nullable }: Omit<PlanColumn, 'id'>): PlanColumn {
    this.#lastId += 1;
    return { id: this.#lastId, name, type, nullable };
  }

  exchange(branches: readonly Branch[], { columns, keys, partitions, weight }: ExchangeOutput): ScanNode {
    const id = this.stages.length;
    this.stages.push({ id, branches, output: { kind: 'exchange', columns, keys, partitions } });
    this.#handedOn.push(weight);
    return exchangeScan(id, columns);
  }

  spread(original: PlanNode, needed: ReadonlySet<number>): readonly Branch[] {
    const node = this.#settleSubqueries(original);
    switch (node.kind) {
      case 'scan':
        return [{ root: node, source: this.weigh(node).rows > 0 ? { kind: 'split', scan: node } : { kind: 'single' } }];
      case 'values':
      case 'table_function':
      case 'unnest':
      case 'cte_scan':
        return [{ root: node, source: { kind: 'single' } }];
      case 'project':
      case 'filter':
        return this.spread(node.input, neededBelow(node, needed)).map((branch) => ({ ...branch, root: { ...node, input: branch.root } }));
      case 'join':
        return spreadJoin(this, node, needed);
      case 'aggregate':
        return spreadAggregate(this, node, needed);
      case 'window':
        return spreadWindow(this, node, needed);
      case 'sort':
        return spreadSort(this, node, needed);
      case 'limit':
        return spreadLimit(this, node, needed);
      case 'distinct':
        return spreadDistinct(this, node, needed);
      case 'set_operation':
        return spreadSetOperation(this, node);
      case 'with':
        return this.#spreadWith(node, needed);
    }
  }

  /** A subquery that does not look at the row at hand is computed once, ahead of the tasks, unless it is small and the same in each. */
  #settleSubqueries(node: PlanNode): PlanNode {
    if (!planExpressions(node).some(hasSubquery)) return node;
    return mapNodeExpressions(node, (expression) =>
      mapSubqueries(expression, (plan) => {
        if (freeIds(plan).size > 0) return plan;
        if (isRepeatable(plan) && this.weigh(plan).bytes <= this.settings.broadcastBytesMax) return plan;
        const all = new Set(outputColumns(plan).map((column) => column.id));
        return collectRows(this, plan, this.spread(plan, all), all);
      }),
    );
  }

  #spreadWith(node: WithNode, needed: ReadonlySet<number>): readonly Branch[] {
    if (node.ctes.some((cte) => cte.recursive !== null)) return [{ root: node, source: { kind: 'single' } }];
    const replacements = new Map<number, (reading: CteScanNode) => PlanNode>();
    const replaced = (root: PlanNode): PlanNode =>
      replaceLeaves(root, (leaf) => (leaf.kind === 'cte_scan' ? (replacements.get(leaf.cteId)?.(leaf) ?? leaf) : leaf));
    node.ctes.forEach((cte, position) => {
      const later = [...node.ctes.slice(position + 1).map((other) => other.plan), node.body];
      const plan = replaced(cte.plan);
      if (countCteScans(later, cte.cteId) <= 1 && cte.materialized !== true) {
        replacements.set(cte.cteId, (reading) => inlineCte(cte, plan, reading));
        return;
      }
      const branches = this.spread(plan, new Set(cte.planIds));
      const columns = cte.columns.map((column, index) => ({ id: cte.planIds[index] ?? column.id, column }));
      const stage = this.stages.length;
      this.exchange(branches, { columns, keys: [], partitions: 1, weight: this.weigh(plan) });
      replacements.set(cte.cteId, (reading) => {
        const types = reading.columns.map((column, index) => ({
          id: column.id,
          column: { ...column, type: cte.columns[index]?.type ?? column.type },
        }));
        return exchangeScan(stage, types);
      });
    });
    return this.spread(replaced(node.body), needed);
  }
}

function highestId(root: PlanNode): number {
  let highest = 0;
  const see = (columns: readonly PlanColumn[]): void => {
    for (const { id } of columns) highest = Math.max(highest, id);
  };
  walkPlan(root, {
    node: (node) => {
      see(outputColumns(node));
      if (node.kind === 'with') for (const cte of node.ctes) see(cte.columns);
    },
  });
  return highest;
}
