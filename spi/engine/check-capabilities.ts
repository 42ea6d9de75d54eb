import { PLAN_VERSION } from '../plan/logical-plan.ts';
import { planRequirements } from '../plan/plan-features.ts';
import type { BoundQuery } from './bound-query.ts';
import type { EngineCapabilities, Refusal } from './engine.ts';

/** Returns why an engine with these capabilities cannot take the query, or null when what it declares suffices. */
export function checkCapabilities(
  query: BoundQuery,
  statement: 'query' | 'write' | 'view',
  capabilities: EngineCapabilities,
): Refusal | null {
  const refuse = (reason: string): Refusal => ({ kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason });
  if (!capabilities.statements.includes(statement)) return refuse(`statements of kind '${statement}' are not declared`);
  if (capabilities.planVersion < PLAN_VERSION) {
    return refuse(`the plan has version ${String(PLAN_VERSION)}, the engine reads up to ${String(capabilities.planVersion)}`);
  }
  const needed = planRequirements(query.plan);
  for (const feature of needed.features) {
    if (!capabilities.features.includes(feature)) return refuse(`'${feature}' is not declared`);
  }
  if (capabilities.functions === 'all') return null;
  for (const name of needed.functions) {
    if (!capabilities.functions.includes(name)) return refuse(`function '${name}' is not declared`);
  }
  return null;
}
