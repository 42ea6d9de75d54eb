import type { AggregateNode, PlanColumn, PlanNode, ScanNode } from '../../../spi/index.ts';
import type { ExpressionSettings } from '../expression/expression-compiler.ts';
import type { GroupWindows } from '../operator/closed-groups.ts';
import type { Changelog } from '../operator/operator.ts';
import type { DataflowContext } from './dataflow.ts';

/** A node of a plan that was checked. */
export interface PlannedNode {
  /** The columns of its batches, in order. */
  readonly columns: readonly PlanColumn[];
  build(context: DataflowContext, output: Changelog): void;
}

/** What planning needs beside the node. */
export interface PlanningContext {
  readonly settings: ExpressionSettings;
  /** Returns the position of a scan in the plan. */
  scanPosition(scan: ScanNode): number;
  /** Returns the windows by which the groups of an aggregation are closed. */
  windowsOf(node: AggregateNode): GroupWindows | null;
  /** Plans a node that is no filter and no projection. */
  planNode(node: PlanNode): PlannedNode;
  /** Returns an id that no column of the plan has. */
  freshId(): number;
}
