import { nearestName, PlatformError } from '../../spi/index.ts';
import { checkOf, type Expectation } from './expectation.ts';
import type { JobStatement } from './job-spec.ts';
import { publishingStatements } from './publish-step.ts';

/** A step of a job, as it was asked for. */
export interface JobStep {
  readonly name: string;
  /** They run in order; with what is expected at least one. */
  readonly statements: readonly JobStatement[];
  /** What has to hold after them. */
  readonly expectations?: readonly Expectation[];
  /** The table, as SQL writes it, that readers see changed only when all of the step has succeeded; left out for none. */
  readonly publish?: string;
  /** Names of the steps that have to be done before; none begins at once. */
  readonly needs: readonly string[];
}

/** Returns the statements of all steps, each with what it waits for.
 *  @throws REQUEST_INVALID for a name that is taken or unknown, steps that wait for each other, and a step without statements */
export function planSteps(given: readonly JobStep[]): readonly JobStatement[] {
  const steps = given.map(withChecks);
  const lastOf = lastStatements(steps);
  checkNeeds(steps, [...lastOf.keys()]);
  checkOrder(steps);
  let count = 0;
  return steps.flatMap(({ name, statements, needs }) =>
    statements.map((statement, index): JobStatement => {
      count += 1;
      const before = index > 0 ? [count - 1] : [...new Set(needs)].flatMap((need) => lastOf.get(need) ?? []);
      return { ...statement, step: name, needs: before };
    }),
  );
}

/** What is expected is looked for by queries behind the statements. */
function withChecks(step: JobStep): JobStep {
  const checks = (step.expectations ?? []).map((expectation) => ({ ...checkOf(expectation), line: 1, column: 1 }));
  const statements = [...step.statements, ...checks];
  if (step.publish === undefined) return { ...step, statements };
  if (step.statements.length === 0)
    throw invalid(`The step '${step.name}' publishes ${step.publish} and has no statement that writes to it.`);
  return { ...step, statements: publishingStatements(step.publish, statements) };
}

/** The number of each step's last statement. */
function lastStatements(steps: readonly JobStep[]): ReadonlyMap<string, number> {
  const lastOf = new Map<string, number>();
  let count = 0;
  for (const { name, statements } of steps) {
    if (lastOf.has(name)) throw invalid(`Two steps have the name '${name}'.`);
    if (statements.length === 0) throw invalid(`The step '${name}' has no statement.`);
    count += statements.length;
    lastOf.set(name, count);
  }
  return lastOf;
}

function checkNeeds(steps: readonly JobStep[], names: readonly string[]): void {
  for (const { name, needs } of steps) {
    const unknown = needs.find((need) => !names.includes(need));
    if (unknown === undefined) continue;
    const nearest = nearestName(unknown, names);
    throw invalid(
      `The step '${name}' needs '${unknown}', and no step has that name.`,
      nearest === null ? undefined : `Did you mean '${nearest}'?`,
    );
  }
}

/** Takes away steps that wait for none that is left, until none is: what remains waits for each other. */
function checkOrder(steps: readonly JobStep[]): void {
  let left = steps;
  for (;;) {
    const names = new Set(left.map(({ name }) => name));
    const waiting = left.filter(({ needs }) => needs.some((need) => names.has(need)));
    if (waiting.length === 0) return;
    if (waiting.length === left.length) {
      throw invalid(
        `The steps ${left.map(({ name }) => `'${name}'`).join(', ')} wait for each other.`,
        'Take one out of the needs of another.',
      );
    }
    left = waiting;
  }
}

function invalid(message: string, hint?: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', message, hint === undefined ? {} : { hint });
}
