import type { Check } from '../proof.ts';
import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import { type Choice, CHOICES, type MeasuredStatement, type MeasuredWay, type RoutedRun } from './measured-choices.ts';

/** What the proof asks of the router. */
export interface Target {
  readonly statements: number;
  /** The most that its choices may take beyond the best choice each, as a ratio. */
  readonly ratioMax: number;
}

/** Part of the statements that something else than the interactive engine over the tables must serve best. */
const ELSEWHERE_MIN = 0.2;

/** The most that a statement may take beyond its best choice, in the mean. */
const PER_STATEMENT_MAX = 1.3;

/** Runs of the random router; the least of them counts. */
const SHUFFLES = 20;

/** Compares the router with the best choice for each statement, and with routers that do not look. What is compared are the medians of the ways
 *  chosen, the same for all of them, so luck in a single run is nobody's merit; the router's own run is told beside that. */
export function judgeChoices(measured: readonly MeasuredStatement[], seed: number, targets: readonly Target[]): Check[] {
  const most = Math.max(...targets.map(({ ratioMax }) => ratioMax));
  const total = Math.max(...targets.map(({ statements }) => statements));
  const elsewhere = measured.filter((statement) => bestChoice(statement) !== 'olap');
  const failed = measured.filter(({ routed, first }) => routed.by === null || first.by === null);
  return [
    { id: 'statements', value: measured.length, unit: 'statements', target: String(total), pass: measured.length === total },
    {
      id: 'best-served-elsewhere',
      value: round(elsewhere.length / measured.length),
      unit: 'share',
      target: `>= ${String(ELSEWHERE_MIN)}`,
      pass: elsewhere.length >= measured.length * ELSEWHERE_MIN,
      note: CHOICES.map((choice) => `${choice} ${String(measured.filter((one) => bestChoice(one) === choice).length)}`).join(', '),
    },
    {
      id: 'answered-by-the-router',
      value: measured.length - failed.length,
      unit: 'statements',
      target: String(measured.length),
      pass: failed.length === 0,
      note: failed.length === 0 ? undefined : failed.map(tellFailure).join('; ').slice(0, 2000),
    },
    ...targets.flatMap((target) => judgeRouter(measured.slice(0, target.statements), target)),
    rawRuns(measured),
    ...judgeBlind(measured, seed, most),
  ];
}

function judgeRouter(measured: readonly MeasuredStatement[], { statements, ratioMax }: Target): readonly Check[] {
  const facts = { unit: 'ratio', target: `<= ${String(ratioMax)}` };
  const known = ratioOf(measured, (statement) => chosenMs(statement, statement.routed));
  const atSight = ratioOf(measured, (statement) => chosenMs(statement, statement.first));
  const best = Math.round(sum(measured, bestMs));
  return [
    {
      id: `router-over-best-of-${String(statements)}`,
      value: known,
      ...facts,
      pass: known <= ratioMax,
      note: `the best choices take ${String(best)} ms, choosing among them ${String(Math.round(sum(measured, ({ routed }) => routed.routingMs)))} ms; ${describeClasses(measured, ({ routed }) => routed)}; ${describeWorst(measured, ({ routed }) => routed)}`,
    },
    {
      id: `router-per-statement-of-${String(statements)}`,
      value: perStatement(measured, (statement) => chosenMs(statement, statement.routed)),
      unit: 'ratio',
      target: `<= ${String(PER_STATEMENT_MAX)}`,
      pass: perStatement(measured, (statement) => chosenMs(statement, statement.routed)) <= PER_STATEMENT_MAX,
      note: 'the geometric mean: short statements count as much as long ones',
    },
    {
      id: `router-at-first-sight-over-best-of-${String(statements)}`,
      value: atSight,
      ...facts,
      pass: atSight <= ratioMax,
      note: `before the plan was measured on any engine; ${describeClasses(measured, ({ first }) => first)}; ${describeWorst(measured, ({ first }) => first)}`,
    },
  ];
}

/** Told so that nothing is hidden: here a slow moment of the machine is taken for a wrong choice. */
function rawRuns(measured: readonly MeasuredStatement[]): Check {
  const ratio = ratioOf(measured, ({ routed }) => routed.rawMs);
  const atSight = ratioOf(measured, ({ first }) => first.rawMs);
  return {
    id: 'raw-runs-over-best',
    value: ratio,
    unit: 'ratio',
    target: 'told',
    pass: true,
    note: `the single runs of the router themselves, ${String(atSight)} at first sight, against medians of the best ways`,
  };
}

/** A router that always takes one way, and one that takes any. They are counted as the router is: a statement without an answer counts as the
 *  longest that a statement may take. */
function judgeBlind(measured: readonly MeasuredStatement[], seed: number, most: number): readonly Check[] {
  const blind = (by: Choice): RoutedRun => ({ by, failed: [], routingMs: 0, rawMs: 0, code: null });
  const constants = CHOICES.map((choice) => ({
    choice,
    ratio: ratioOf(measured, (one) => chosenMs(one, blind(choice))),
    answered: measured.filter(({ ways }) => ways[choice].ms !== null),
  }));
  const random = seededRandom(seed);
  const any = (): Choice => CHOICES[Math.floor(random() * CHOICES.length)] ?? 'olap';
  const shuffled = Array.from({ length: SHUFFLES }, () => ratioOf(measured, (one) => chosenMs(one, blind(any()))));
  const caught = (id: string, value: number, note: string): Check => ({
    id,
    value,
    unit: 'ratio',
    target: `> ${String(most)}`,
    pass: value > most,
    note,
  });
  const told = constants.map(({ choice, ratio, answered }) => {
    const each = perStatement(answered, (one) => chosenMs(one, blind(choice)));
    return `${choice} ${String(ratio)}, per statement ${String(each)} of the ${String(answered.length)} that it answers`;
  });
  return [
    caught('constant-router-caught', Math.min(...constants.map(({ ratio }) => ratio)), `the best of ${told.join('; ')}`),
    caught('random-router-caught', Math.min(...shuffled), `the best of ${String(SHUFFLES)} shuffles over the four ways`),
  ];
}

/** Returns the way that took least; every statement has one that succeeds. */
function bestChoice({ ways }: Pick<MeasuredStatement, 'ways'>): Choice {
  return CHOICES.reduce((best, choice) => ((ways[choice].ms ?? Infinity) < (ways[best].ms ?? Infinity) ? choice : best), CHOICES[0]);
}

function bestMs(statement: MeasuredStatement): number {
  return statement.ways[bestChoice(statement)].spentMs;
}

/** What the router's choice counts as: the median of the way that it took, those of the ways that it tried in vain before, and the time by which
 *  choosing took longer than being told. Units: milliseconds. */
function chosenMs(statement: Pick<MeasuredStatement, 'ways' | 'routed' | 'first'>, routed: RoutedRun): number {
  const { ways } = statement;
  const lost = routed.failed.reduce((ms, choice) => ms + ways[choice].spentMs, 0);
  if (routed.by === null) return lost + FAILURE_MS;
  const way: MeasuredWay = ways[routed.by];
  if (way.ms === null) return lost + FAILURE_MS;
  return lost + way.spentMs + Math.max(0, routed.routingMs - way.routingMs);
}

/** What a statement that is left without an answer counts as: the longest that one may take. Units: milliseconds. */
const FAILURE_MS = 60_000;

function describeClasses(measured: readonly MeasuredStatement[], runOf: (statement: MeasuredStatement) => RoutedRun): string {
  const kinds = [...new Set(measured.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const ofKind = measured.filter((statement) => statement.kind === kind);
      const taken = sum(ofKind, (statement) => chosenMs(statement, runOf(statement)));
      const right = ofKind.filter((statement) => runOf(statement).by === bestChoice(statement)).length;
      return `${kind}: ${String(Math.round(taken))} of ${String(Math.round(sum(ofKind, bestMs)))} ms, ${String(right)} of ${String(ofKind.length)} as the best`;
    })
    .join('; ');
}

/** The statements that lost the most time, so that a miss tells where to look. */
function describeWorst(measured: readonly MeasuredStatement[], runOf: (statement: MeasuredStatement) => RoutedRun): string {
  const lost = measured.map((statement) => ({
    statement,
    run: runOf(statement),
    ms: chosenMs(statement, runOf(statement)) - bestMs(statement),
  }));
  lost.sort((left, right) => right.ms - left.ms);
  return lost
    .slice(0, 3)
    .map(({ statement, run, ms }) => {
      const ways = [...run.failed.map((way) => `${way} in vain`), run.by ?? 'nobody'].join(', then ');
      return `${String(Math.round(ms))} ms lost by ${ways} in place of ${bestChoice(statement)}: ${statement.sql.slice(0, 80)}`;
    })
    .join('; ');
}

function tellFailure({ sql, first, routed }: MeasuredStatement): string {
  return `${String(first.code ?? routed.code)}: ${sql}`;
}

function ratioOf(measured: readonly MeasuredStatement[], ms: (statement: MeasuredStatement) => number): number {
  return round(sum(measured, ms) / sum(measured, bestMs));
}

function perStatement(measured: readonly MeasuredStatement[], ms: (statement: MeasuredStatement) => number): number {
  const logs = measured.map((statement) => Math.log(ms(statement) / bestMs(statement)));
  return round(Math.exp(logs.reduce((all, log) => all + log, 0) / Math.max(1, logs.length)));
}

function sum(measured: readonly MeasuredStatement[], ms: (statement: MeasuredStatement) => number): number {
  return measured.reduce((all, statement) => all + ms(statement), 0);
}

const round = (value: number): number => Number(value.toPrecision(4));
