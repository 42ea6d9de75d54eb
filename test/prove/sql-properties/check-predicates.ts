import { PlatformError } from '../../../spi/index.ts';
import { pick, type Random } from '../../property/stream-tables.ts';
import { differenceOf } from '../corpora/compare-answers.ts';
import type { Answer } from '../corpora/duckdb-answers.ts';
import type { Check } from '../proof.ts';
import type { Arena, Contestant } from './arena.ts';
import { bindQuery } from './bind-query.ts';
import { QueryMaker } from './random-queries.ts';

/** How much is tried. */
export interface PredicateOptions {
  readonly random: Random;
  /** Predicates for each engine. */
  readonly predicates: number;
  readonly log: (line: string) => void;
}

/** Predicates over one FROM clause, and FROM clauses over the same rows. */
const PREDICATES_PER_FROM = 10;
const FROMS_PER_LOAD = 5;
const ROWS_MAX = 20;

/** Rows are either true, false or NULL for a predicate: the three parts are the whole. */
interface Trial {
  readonly whole: string;
  /** The three parts with their number in front. */
  readonly parts: string;
  /** Whether each row is true for the predicate, computed where no filter is. */
  readonly values: string;
}

/** Checks on every engine that the rows for which a random predicate is true, false and NULL are all rows (ternary logic partitioning), and that as
 *  many pass it as a filter as are found true where it is computed (non-optimizing reference engine construction).
 *  @see Rigger and Su, "Finding Bugs in Database Systems via Query Partitioning" and "Detecting Optimization Bugs in Database Engines via
 *  Non-Optimizing Reference Engine Construction", 2020 */
export async function checkPredicates(arena: Arena, { random, predicates, log }: PredicateOptions): Promise<Check[]> {
  const outcomes = arena.engines.map((engine) => ({ engine, tried: 0, outOfRange: 0, wrong: [] as string[] }));
  for (let froms = 0; froms < predicates && outcomes.some(({ tried }) => tried < predicates); froms += 1) {
    if (froms % FROMS_PER_LOAD === 0) await arena.load(random, ROWS_MAX);
    const trials = makeTrials(random);
    for (const outcome of outcomes) {
      if (outcome.tried >= predicates) continue;
      for (const { sql, verdict } of await tryAll(arena, outcome.engine, trials.slice(0, predicates - outcome.tried))) {
        outcome.tried += Number(verdict !== 'refused' && verdict !== 'out of range');
        outcome.outOfRange += Number(verdict === 'out of range');
        if (verdict === null || verdict === 'refused' || verdict === 'out of range') continue;
        outcome.wrong.push(`${verdict}: ${sql}`);
        log(`DIFFERENT ${outcome.engine.name}: ${verdict}\n  ${sql}`);
      }
    }
  }
  return outcomes.flatMap(({ engine, tried, outOfRange, wrong }) => [
    {
      id: `predicates-${engine.name}`,
      value: tried,
      unit: 'predicates',
      target: `>= ${predicates}`,
      pass: tried >= predicates,
      note: `${outOfRange} more left a type's range`,
    },
    {
      id: `predicates-${engine.name}-wrong`,
      value: wrong.length,
      unit: 'predicates',
      target: '0',
      pass: wrong.length === 0,
      note: wrong[0],
    },
  ]);
}

function makeTrials(random: Random): readonly Trial[] {
  const plain = random() < 0.6;
  const maker = new QueryMaker(random, plain);
  const { sql: from, names } = maker.from(random() < 0.2 ? 1 : 0);
  const columns = [0, 1, 2].map((index) => `${pick(random, names).sql} AS x${String(index)}`).join(', ');
  return Array.from({ length: PREDICATES_PER_FROM }, () => {
    const predicate = maker.condition(names, plain ? 0 : 1);
    const part = (number: number, where: string): string => `SELECT ${String(number)} AS part, ${columns} FROM ${from} WHERE ${where}`;
    return {
      whole: `SELECT ${columns} FROM ${from}`,
      parts: [part(1, predicate), part(2, `NOT ${predicate}`), part(3, `${predicate} IS NULL`)].join(' UNION ALL '),
      values: `SELECT ${predicate} IS TRUE AS x FROM ${from}`,
    };
  });
}

type Verdict = string | null;

async function tryAll(
  arena: Arena,
  engine: Contestant,
  trials: readonly Trial[],
): Promise<readonly { readonly sql: string; readonly verdict: Verdict }[]> {
  const [first] = trials;
  if (first === undefined) return [];
  const whole = await answerTo(arena, engine, first.whole);
  const verdicts: { sql: string; verdict: Verdict }[] = [];
  for (const trial of trials) verdicts.push({ sql: trial.parts, verdict: await judge(arena, engine, trial, whole) });
  return verdicts;
}

async function judge(arena: Arena, engine: Contestant, { parts, values }: Trial, whole: Answer | string): Promise<Verdict> {
  if (typeof whole === 'string') return whole;
  const partitioned = await answerTo(arena, engine, parts);
  if (typeof partitioned === 'string') return partitioned;
  const computed = await answerTo(arena, engine, values);
  if (typeof computed === 'string') return computed;
  const filtered = partitioned.rows.filter(([part]) => part === '1').length;
  const found = computed.rows.filter(([value]) => value === 'true').length;
  if (filtered !== found) return `${String(filtered)} rows pass the filter, ${String(found)} are true`;
  const difference = differenceOf(whole, { columns: whole.columns, rows: partitioned.rows.map((row) => row.slice(1)) }, []);
  return difference === null ? null : `the three parts: ${difference}`;
}

/** Returns an answer, or why there is none: `refused`, `out of range`, or what went wrong. */
async function answerTo(arena: Arena, engine: Contestant, sql: string): Promise<Answer | string> {
  try {
    const answer = await engine.answer((await bindQuery(sql, arena.catalog)).query);
    if (!('refused' in answer)) return answer;
    if (answer.refused) return 'refused';
    return answer.code === 'SQL_OVERFLOW' || answer.code === 'SQL_INVALID_VALUE' ? 'out of range' : `${answer.code} ${answer.message}`;
  } catch (error) {
    return `not bound: ${PlatformError.from(error, 'INTERNAL_UNAVAILABLE').message}`;
  }
}
