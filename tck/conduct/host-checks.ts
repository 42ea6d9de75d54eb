import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { Findings, skipped } from '../check/findings.ts';
import { describeError } from '../run/ask-engine.ts';
import { startEngine } from '../run/start-engine.ts';
import { PLAN_CASES } from '../truth/plan-cases.ts';
import { runCases } from '../truth/run-cases.ts';

/** Cases that are asked in each kind of host. */
const CASES = 24;

/** Checks that an engine is the same wherever it runs. */
export const HOST_CHECKS: readonly Check[] = [
  {
    id: 'conduct.hosts',
    level: 3,
    title: 'The engine answers in a worker thread and in a child process as in process',
    readOn: 'docs/configuration.md',
    run: checkHosts,
  },
];

async function checkHosts(context: CheckContext): Promise<CheckOutcome> {
  const { subject, world } = context;
  if (typeof subject.module !== 'string') return skipped('a plugin that is an object of this process cannot run elsewhere');
  const findings = new Findings();
  for (const host of ['worker', 'process'] as const) {
    try {
      const started = await startEngine({ ...subject, host }, world);
      try {
        await runCases({ ...context, shared: started }, PLAN_CASES.slice(0, CASES), findings);
      } finally {
        await started.close();
      }
    } catch (error) {
      const { code, message } = describeError(error);
      findings.expect(false, `the host '${host}'`, 'an engine that starts', `${code ?? 'an error without a code'}: ${message}`);
    }
  }
  return findings.outcome();
}
