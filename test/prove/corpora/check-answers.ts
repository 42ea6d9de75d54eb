import { type Catalog, type LogicalPlan, PlatformError } from '../../../spi/index.ts';
import type { Check } from '../proof.ts';
import { bindQuery, printQuery, visibleOrder } from './bind-corpus.ts';
import { differenceOf, differenceUnderLimit } from './compare-answers.ts';
import type { CorpusStatement } from './corpus.ts';
import type { Answer, ParquetDatabase } from './duckdb-answers.ts';

/** A statement with its plan and the reference's answer to its original text. */
export interface AnsweredStatement extends CorpusStatement {
  readonly plan: LogicalPlan;
  readonly reference: Answer;
}

/** What the checks of a corpus leave behind for those of the mutants. */
export interface CorpusOutcome {
  readonly checks: Check[];
  /** Statements whose answer was right. */
  readonly right: readonly AnsweredStatement[];
}

/** Units: statements of the corpus that must have rows, for their answers to say anything. */
export interface AnswerTargets {
  readonly nonEmptyMin: number;
}

/** Binds every statement, prints its plan, runs both texts and compares. */
export async function checkAnswers(
  corpus: string,
  statements: readonly CorpusStatement[],
  database: ParquetDatabase,
  catalog: Catalog,
  targets: AnswerTargets,
): Promise<CorpusOutcome> {
  const unbound: string[] = [];
  const wrong: string[] = [];
  const right: AnsweredStatement[] = [];
  let nonEmpty = 0;
  for (const statement of statements) {
    const reference = await database.answer(statement.sql);
    if (reference.rows.length > 0) nonEmpty += 1;
    try {
      const answered = { ...statement, plan: await bindQuery(statement.sql, catalog), reference };
      const difference = await differenceOfPlan(answered, answered.plan, database).catch(String);
      if (difference === null) right.push(answered);
      else wrong.push(`${statement.id}: ${difference}`);
    } catch (error) {
      unbound.push(`${statement.id}: ${String(error)}`);
    }
  }
  const all = statements.length;
  return {
    right,
    checks: [
      { id: `${corpus}-bound`, ...count(all - unbound.length, all, all, unbound) },
      { id: `${corpus}-non-empty`, ...count(nonEmpty, targets.nonEmptyMin, all, []) },
      { id: `${corpus}-equal`, ...count(right.length, all, all, [...unbound, ...wrong]) },
    ],
  };
}

/** Returns how the answer to a plan differs from the reference's, or null. Where LIMIT cuts among equal sort keys, any of the tied rows will do. */
export async function differenceOfPlan(statement: AnsweredStatement, plan: LogicalPlan, database: ParquetDatabase): Promise<string | null> {
  const order = visibleOrder(statement.plan);
  const answer = await database.answer(printQuery(plan));
  const difference = differenceOf(statement.reference, answer, order);
  if (difference === null || statement.plan.root.kind !== 'limit') return difference;
  return differenceUnderLimit(statement.reference, answer, await database.answer(withoutLimit(statement)), order);
}

function withoutLimit({ id, sql }: CorpusStatement): string {
  const uncut = sql.replace(/\bLIMIT\s+\d+\s*;?\s*$/i, '');
  if (uncut === sql) throw new PlatformError('INTERNAL_INVARIANT', `${id} does not end in its LIMIT`);
  return uncut;
}

function count(value: number, minimum: number, all: number, failed: readonly string[]): Omit<Check, 'id'> {
  return {
    value,
    unit: 'statements',
    target: minimum === all ? `${all} of ${all}` : `>= ${minimum} of ${all}`,
    pass: value >= minimum,
    note: failed.length === 0 ? undefined : failed.join('; '),
  };
}
