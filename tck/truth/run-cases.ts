import type { CheckContext } from '../check/check.ts';
import { compareRows } from '../check/compare-rows.ts';
import type { Findings } from '../check/findings.ts';
import { type PlanCase, prepareCase } from '../check/plan-case.ts';
import { expectedRows } from '../reference/expected-rows.ts';
import { askEngine } from '../run/ask-engine.ts';

/** What became of cases: features and functions of those that were answered, and reasons of those that were refused. */
export interface CasesRun {
  readonly answered: Set<string>;
  readonly refused: Map<string, string>;
}

/** Asks the engine for every case that needs only what is declared, and compares its rows with those of the case, or of the reference. */
export async function runCases({ shared, world }: CheckContext, cases: readonly PlanCase[], findings: Findings): Promise<CasesRun> {
  const { engine } = shared;
  const run: CasesRun = { answered: new Set(), refused: new Map() };
  for (const planCase of cases) {
    const prepared = await prepareCase(world, planCase, engine.capabilities);
    if (prepared.undeclared !== null) continue;
    const where = planCase.timeZone === undefined ? planCase.sql : `${planCase.sql} (time zone ${planCase.timeZone})`;
    const answer = await askEngine(engine, prepared);
    if (answer.kind === 'refused') {
      for (const name of [...prepared.features, ...prepared.functions]) run.refused.set(name, `${planCase.sql}: ${answer.reason}`);
      continue;
    }
    const expected = planCase.rows ?? expectedRows(world, prepared);
    if (expected === null) {
      findings.expect(
        false,
        where,
        'rows that the kit knows',
        'a case without rows whose functions the reference does not know: a fault of the kit',
      );
    } else if (answer.kind === 'failed') {
      findings.expect(false, where, `${String(expected.length)} rows`, `${answer.code ?? 'an error without a code'}: ${answer.message}`);
    } else {
      const differs = compareRows(expected, answer.rows, prepared.ordered);
      findings.expect(differs === null, where, differs?.expected ?? '', differs?.seen ?? '');
      for (const fault of answer.faults) findings.fail(where, 'frames as declared', fault);
    }
    for (const name of [...prepared.features, ...prepared.functions]) run.answered.add(name);
  }
  return run;
}
