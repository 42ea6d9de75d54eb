import type { BoundStatement } from '../../sql/bind/index.ts';
import { answerDone } from './answer-small.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Makes, changes or forgets a routing rule.
 *  @throws SQL_INVALID_VALUE, ENGINE_UNKNOWN, SQL_UNKNOWN_ROUTE */
export async function executeAlterRoute(
  { name, rule }: Extract<BoundStatement, { kind: 'alter_route' }>,
  { router }: StatementContext,
): Promise<StatementOutcome> {
  if (rule === null) await router.rules.drop(name);
  else await router.rules.put(rule);
  return answerDone(`${rule === null ? 'dropped' : 'set'} route ${name}`);
}

/** Trusts an engine again that gave wrong answers.
 *  @throws ENGINE_UNKNOWN */
export async function executeClearEngine(
  { engine }: Extract<BoundStatement, { kind: 'clear_engine' }>,
  { demotions, engines }: StatementContext,
): Promise<StatementOutcome> {
  engines.check(engine);
  const name = engine.toLowerCase();
  const cleared = await demotions.clear(name);
  return answerDone(`cleared ${String(cleared)} demotions of ${name}`);
}
