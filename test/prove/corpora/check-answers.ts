import { type BoundQuery, type Catalog, PlatformError } from '../../../spi/index.ts';
import type { Check } from '../proof.ts';
import { bindQuery, isLimited, visibleOrder } from './bind-corpus.ts';
import { differenceOf, differenceUnderLimit } from './compare-answers.ts';
import type { CorpusStatement } from './corpus.ts';
import type { Answer, ParquetDatabase } from './duckdb-answers.ts';
import type { EngineUnderProof } from './engine-answers.ts';

/** A statement bound, and the reference's answer to its original text. */
export interface AnsweredStatement extends CorpusStatement {
  readonly query: BoundQuery;
  readonly reference: Answer;
}

/** What the checks of a corpus leave behind for those of the mutants. */
export interface CorpusOutcome {
  readonly checks: Check[];
  /** Statements whose answer was right. */
  readonly right: readonly AnsweredStatement[];
}

/** The two that are compared, over the same files. */
export interface Contestants {
  readonly reference: ParquetDatabase;
  readonly engine: EngineUnderProof;
}

/** Units: milliseconds that a statement of ours may take. */
const STATEMENT_TIMEOUT_MS = 60_000;

/** Units: statements of the corpus that must have rows, for their answers to say anything. */
export interface AnswerTargets {
  readonly nonEmptyMin: number;
  /** Statements whose order must show in their result, so that it is compared too. */
  readonly orderedMin: number;
}

/** Binds every statement, runs its plan on our engine and its text on the reference, and compares. */
export async function checkAnswers(
  corpus: string,
  statements: readonly CorpusStatement[],
  contestants: Contestants,
  catalog: Catalog,
  targets: AnswerTargets,
): Promise<CorpusOutcome> {
  const unbound: string[] = [];
  const wrong: string[] = [];
  const right: AnsweredStatement[] = [];
  let nonEmpty = 0;
  let ordered = 0;
  for (const statement of statements) {
    const reference = await contestants.reference.answer(statement.sql);
    if (reference.rows.length > 0) nonEmpty += 1;
    try {
      const answered = { ...statement, query: await bindQuery(statement.sql, catalog), reference };
      if (visibleOrder(answered.query.plan).length > 0) ordered += 1;
      const difference = await differenceOfQuery(answered, answered.query, contestants, STATEMENT_TIMEOUT_MS).catch(String);
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
      { id: `${corpus}-order-compared`, ...count(ordered, targets.orderedMin, all, []) },
      { id: `${corpus}-equal`, ...count(right.length, all, all, [...unbound, ...wrong]) },
    ],
  };
}

/** Returns how the answer to a query differs from the reference's to the statement, or null. Where LIMIT cuts among equal sort keys, any of the tied rows will do.
 *  @throws the engine's errors */
export async function differenceOfQuery(
  statement: AnsweredStatement,
  query: BoundQuery,
  { reference, engine }: Contestants,
  timeoutMs: number,
): Promise<string | null> {
  const { plan } = statement.query;
  const order = visibleOrder(plan);
  const answer = await engine.answer(query, timeoutMs);
  const difference = differenceOf(statement.reference, answer, order);
  if (difference === null || !isLimited(plan)) return difference;
  return differenceUnderLimit(statement.reference, answer, await reference.answer(withoutLimit(statement)), order);
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
