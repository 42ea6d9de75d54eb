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

/** Predicates over the columns of one FROM clause. Rows are either true, false or NULL for each: the three parts are the whole. */
interface Trial {
  readonly whole: string;
  readonly predicates: readonly string[];
  /** The parts of predicate `i` with the numbers `3 * i` and on in front. */
  parts(predicates: readonly string[]): string;
  /** Whether each row is true for each predicate, computed where no filter is. */
  values(predicates: readonly string[]): string;
}

/** Checks on every engine that the rows for which a random predicate is true, false and NULL are all rows (ternary logic partitioning), and that as
 *  many pass it as a filter as are found true where it is computed (non-optimizing reference engine construction).
 *  @see Rigger and Su, "Finding Bugs in Database Systems via Query Partitioning" and "Detecting Optimization Bugs in Database Engines via
 *  Non-Optimizing Reference Engine Construction", 2020 */
export async function checkPredicates(arena: Arena, { random, predicates, log }: PredicateOptions): Promise<Check[]> {
  arena.cutFinely(false);
  const outcomes = arena.engines.map((engine) => ({ engine, tried: 0, outOfRange: 0, wrong: [] as string[] }));
  for (let froms = 0; froms < predicates && outcomes.some(({ tried }) => tried < predicates); froms += 1) {
    if (froms % FROMS_PER_LOAD === 0) await arena.load(random, ROWS_MAX);
    const trial = makeTrial(random);
    for (const outcome of outcomes) {
      if (outcome.tried >= predicates) continue;
      const whole = await answerTo(arena, outcome.engine, trial.whole);
      const verdicts =
        typeof whole === 'string' ? [{ sql: trial.whole, verdict: whole }] : await judge(arena, outcome.engine, trial, whole);
      for (const { sql, verdict } of verdicts) {
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

function makeTrial(random: Random): Trial {
  const plain = random() < 0.6;
  const maker = new QueryMaker(random, plain);
  const { sql: from, names } = maker.from(random() < 0.2 ? 1 : 0);
  const columns = [0, 1, 2].map((index) => `${pick(random, names).sql} AS x${String(index)}`).join(', ');
  const part = (number: number, where: string): string => `SELECT ${String(number)} AS part, ${columns} FROM ${from} WHERE ${where}`;
  return {
    whole: `SELECT ${columns} FROM ${from}`,
    predicates: Array.from({ length: PREDICATES_PER_FROM }, () => maker.condition(names, plain ? 0 : 1)),
    parts: (predicates) =>
      predicates
        .flatMap((one, at) => [one, `NOT ${one}`, `${one} IS NULL`].map((where, third) => part(3 * at + third, where)))
        .join(' UNION ALL '),
    values: (predicates) => `SELECT ${predicates.map((one, at) => `${one} IS TRUE AS x${String(at)}`).join(', ')} FROM ${from}`,
  };
}

interface Verdict {
  readonly sql: string;
  readonly verdict: string | null;
}

/** All predicates go into one query; where that has no answer each is tried by itself. */
async function judge(arena: Arena, engine: Contestant, trial: Trial, whole: Answer): Promise<readonly Verdict[]> {
  const together = await judgeAll(arena, engine, trial, trial.predicates, whole);
  if (typeof together !== 'string') return together;
  const verdicts: Verdict[] = [];
  for (const predicate of trial.predicates) {
    const own = await judgeAll(arena, engine, trial, [predicate], whole);
    verdicts.push(...(typeof own === 'string' ? [{ sql: trial.parts([predicate]), verdict: own }] : own));
  }
  return verdicts;
}

async function judgeAll(
  arena: Arena,
  engine: Contestant,
  trial: Trial,
  predicates: readonly string[],
  whole: Answer,
): Promise<readonly Verdict[] | string> {
  const partitioned = await answerTo(arena, engine, trial.parts(predicates));
  if (typeof partitioned === 'string') return partitioned;
  const computed = await answerTo(arena, engine, trial.values(predicates));
  if (typeof computed === 'string') return computed;
  return predicates.map((predicate, at) => {
    const rows = partitioned.rows.filter(([part]) => Math.floor(Number(part) / 3) === at);
    const filtered = rows.filter(([part]) => Number(part) === 3 * at).length;
    const found = computed.rows.filter((row) => row[at] === 'true').length;
    const difference = differenceOf(whole, { columns: whole.columns, rows: rows.map((row) => row.slice(1)) }, []);
    const verdict = filtered === found ? difference : `${String(filtered)} rows pass the filter, ${String(found)} are true`;
    return { sql: trial.parts([predicate]), verdict };
  });
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
