import { type EngineCapabilities, PLAN_VERSION, type PlanNode, planRequirements } from '../../spi/index.ts';
import type { BindOptions, BoundCase, World } from '../world/open-world.ts';

/** A query that the kit asks. */
export interface PlanCase extends BindOptions {
  readonly id: string;
  readonly sql: string;
  /** Rows as value texts, where the reference does not know the functions. */
  readonly rows?: readonly (readonly string[])[];
}

/** A case with its plan, and what of it an engine does not declare. */
export interface PreparedCase extends BoundCase {
  readonly planCase: PlanCase;
  readonly features: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  /** Null when all is declared. */
  readonly undeclared: string | null;
  /** Whether the order of the rows is part of the answer. */
  readonly ordered: boolean;
}

/** Binds a case and compares what its plan needs with what is declared. */
export async function prepareCase(world: World, planCase: PlanCase, capabilities: EngineCapabilities): Promise<PreparedCase> {
  const bound = await world.bind(planCase.sql, planCase);
  const { features, functions } = planRequirements(bound.query.plan);
  const declared = (name: string): boolean => capabilities.functions === 'all' || capabilities.functions.includes(name);
  const feature = [...features].find((name) => !capabilities.features.includes(name));
  const missing = [...functions].find((name) => !declared(name));
  const old = capabilities.planVersion < PLAN_VERSION ? 'the plan version' : null;
  const undeclared = old ?? feature ?? (missing === undefined ? null : `${missing}()`);
  return { ...bound, planCase, features, functions, undeclared, ordered: isOrdered(bound.query.plan.root) };
}

function isOrdered(root: PlanNode): boolean {
  if (root.kind === 'sort') return true;
  return (root.kind === 'project' || root.kind === 'limit') && isOrdered(root.input);
}
