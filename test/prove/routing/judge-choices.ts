import type { Check } from '../proof.ts';
import { seededRandom } from '../seeded-random.ts';
import { bestChoice, CHOICES, countedMs, type MeasuredStatement, PENALTY_MS } from './measured-choices.ts';

const RATIO_MAX = 1.3;

/** Part of the statements that something else than the interactive engine over the tables must serve best. */
const ELSEWHERE_MIN = 0.2;

/** Compares the router with the best choice for each statement, and with two routers that do not look. */
export function judgeChoices(measured: readonly MeasuredStatement[], seed: number): Check[] {
  const best = total(measured, (statement) => countedMs(statement.runs[bestChoice(statement)]));
  const random = seededRandom(seed);
  const ratio = (ms: (statement: MeasuredStatement) => number): number => round(total(measured, ms) / best);
  const routers = {
    router: ratio(({ routed }) => countedMs(routed)),
    first: ratio(({ first }) => countedMs(first)),
    constant: ratio(({ runs }) => countedMs(runs.olap)),
    random: ratio(({ runs }) => countedMs(runs[CHOICES[Math.floor(random() * CHOICES.length)] ?? 'olap'])),
  };
  const elsewhere = measured.filter((statement) => bestChoice(statement) !== 'olap');
  const failed = measured.filter(({ routed, first }) => routed.ms === null || first.ms === null);
  const note = `best choices take ${String(Math.round(best))} ms; what fails or is refused counts ${String(PENALTY_MS)} ms`;
  const caught = (id: 'constant' | 'random', what: string): Check => ({
    id: `${id}-router-caught`,
    value: routers[id],
    unit: 'ratio',
    target: `> ${String(RATIO_MAX)}`,
    pass: routers[id] > RATIO_MAX,
    note: what,
  });
  return [
    { id: 'statements', value: measured.length, unit: 'statements', target: '>= 60', pass: measured.length >= 60 },
    {
      id: 'best-served-elsewhere',
      value: round(elsewhere.length / measured.length),
      unit: 'share',
      target: `>= ${String(ELSEWHERE_MIN)}`,
      pass: elsewhere.length >= measured.length * ELSEWHERE_MIN,
      note: CHOICES.map((choice) => `${choice} ${String(measured.filter((statement) => bestChoice(statement) === choice).length)}`).join(
        ', ',
      ),
    },
    {
      id: 'answered-by-the-router',
      value: measured.length - failed.length,
      unit: 'statements',
      target: String(measured.length),
      pass: failed.length === 0,
      note:
        failed.length === 0
          ? undefined
          : failed
              .map(({ sql, first }) => `${String(first.code)}: ${sql}`)
              .join('; ')
              .slice(0, 2000),
    },
    {
      id: 'router-over-best',
      value: routers.router,
      unit: 'ratio',
      target: `<= ${String(RATIO_MAX)}`,
      pass: routers.router <= RATIO_MAX,
      note: `${note}; ${describeClasses(measured)}`,
    },
    {
      id: 'router-at-first-sight-over-best',
      value: routers.first,
      unit: 'ratio',
      target: `< ${String(routers.constant)}, the constant router's`,
      pass: routers.first < routers.constant,
      note: 'the first run of each plan, before it was measured on any engine',
    },
    caught('constant', 'always the interactive engine over the tables'),
    caught('random', 'any of the four ways, refused or not'),
  ];
}

function describeClasses(measured: readonly MeasuredStatement[]): string {
  const kinds = [...new Set(measured.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const ofKind = measured.filter((statement) => statement.kind === kind);
      const taken = total(ofKind, ({ routed }) => countedMs(routed));
      const best = total(ofKind, (statement) => countedMs(statement.runs[bestChoice(statement)]));
      const right = ofKind.filter((statement) => statement.routed.by === bestChoice(statement)).length;
      return `${kind}: ${String(Math.round(taken))} of ${String(Math.round(best))} ms, ${String(right)} of ${String(ofKind.length)} as the best`;
    })
    .join('; ');
}

function total(measured: readonly MeasuredStatement[], ms: (statement: MeasuredStatement) => number): number {
  return measured.reduce((sum, statement) => sum + ms(statement), 0);
}

const round = (value: number): number => Number(value.toPrecision(4));
