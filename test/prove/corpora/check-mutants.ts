import { isDeepStrictEqual } from 'node:util';
import { PlatformError } from '../../../spi/index.ts';
import type { Check } from '../proof.ts';
import { type AnsweredStatement, type Contestants, differenceOfQuery } from './check-answers.ts';
import { PRINTER_MUTANTS, type PrinterMutant } from './printer-mutants.ts';

/** Units: milliseconds that a wrong plan may take; one that multiplies tables without a condition runs for ever. */
const MUTANT_TIMEOUT_MS = 3000;

/** Statements with those that answer them. */
export interface AnsweredCorpus {
  readonly statements: readonly AnsweredStatement[];
  readonly contestants: Contestants;
}

/** Checks that each seeded fault of the printer is caught by a differing answer; a time-out or a plan that the engine refuses catches nothing. */
export async function checkMutants(
  corpora: readonly AnsweredCorpus[],
  random: () => number,
  log: (line: string) => void,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const mutant of PRINTER_MUTANTS) {
    const startedMs = performance.now();
    const caught = await firstCatch(mutant, corpora, random);
    const outcome = caught === null ? 'not caught' : `caught by ${caught.id}`;
    log(`mutant ${mutant.id}: ${outcome} after ${Math.round(performance.now() - startedMs)} ms`);
    checks.push({ id: `mutant-${mutant.id}`, value: outcome, unit: '', target: 'caught', pass: caught !== null, note: caught?.difference });
  }
  return checks;
}

interface Catch {
  readonly id: string;
  readonly difference: string;
}

async function firstCatch(mutant: PrinterMutant, corpora: readonly AnsweredCorpus[], random: () => number): Promise<Catch | null> {
  const candidates = corpora
    .flatMap(({ statements, contestants }) => statements.map((statement) => ({ statement, contestants, rank: random() })))
    .sort((left, right) => left.rank - right.rank);
  for (const { statement, contestants } of candidates) {
    const plan = mutant.mutate(statement.query.plan);
    if (isDeepStrictEqual(plan, statement.query.plan)) continue;
    const difference = await differenceOfQuery(statement, { ...statement.query, plan }, contestants, MUTANT_TIMEOUT_MS).catch(
      failureOfAnswer,
    );
    if (difference !== null) return { id: statement.id, difference };
  }
  return null;
}

/** A scalar subquery that suddenly has two rows is another answer; every other error says nothing about the rows. */
function failureOfAnswer(error: unknown): string | null {
  return error instanceof PlatformError && error.code === 'SQL_SUBQUERY_ROWS' ? error.message : null;
}
