import type { ResultColumn } from '../type/field.ts';
import type { PlanNode } from './plan-node.ts';

/** The version of the plan's JSON form. It grows when the meaning of what is there changes; what is added has a
 *  `PlanFeature` of its own, which engines declare. */
export const PLAN_VERSION = 1;

/** A whole plan: the relational root and the result columns that it is read out as. */
export interface LogicalPlan {
  readonly version: typeof PLAN_VERSION;
  readonly root: PlanNode;
  /** The result's columns in order; `id` is a column of `root`. One id may stand twice, names may repeat. */
  readonly output: readonly PlanOutput[];
}

/** A column of the result and the plan column that it carries. */
export interface PlanOutput extends ResultColumn {
  readonly id: number;
}
