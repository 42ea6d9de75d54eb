import { isDeepStrictEqual } from 'node:util';
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

/** Checks that each seeded fault of the printer is caught by a differing answer; an error or a time-out catches nothing. */
export async function checkMutants(
  corpora: readonly AnsweredCorpus[],
  random: () => number,
  log: (line: string) => void,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const mutant of PRINTER_MUTANTS) {
    const caughtBy = await firstCatch(mutant, corpora, random);
    log(`mutant ${mutant.id}: ${caughtBy ?? 'not caught'}`);
    checks.push({
      id: `mutant-${mutant.id}`,
      value: caughtBy ?? 'not caught',
      unit: '',
      target: 'a differing answer',
      pass: caughtBy !== null,
    });
  }
  return checks;
}

async function firstCatch(mutant: PrinterMutant, corpora: readonly AnsweredCorpus[], random: () => number): Promise<string | null> {
  const candidates = corpora
    .flatMap(({ statements, contestants }) => statements.map((statement) => ({ statement, contestants, rank: random() })))
    .sort((left, right) => left.rank - right.rank);
  for (const { statement, contestants } of candidates) {
    const plan = mutant.mutate(statement.query.plan);
    if (isDeepStrictEqual(plan, statement.query.plan)) continue;
    const difference = await differenceOfQuery(statement, { ...statement.query, plan }, contestants, MUTANT_TIMEOUT_MS).catch(() => null);
    if (difference !== null) return `${statement.id}: ${difference}`;
  }
  return null;
}
