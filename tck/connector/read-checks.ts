import type { Expression, ScanColumn } from '../../spi/index.ts';
import { Findings } from '../check/findings.ts';
import { evaluate } from '../reference/evaluate-expression.ts';
import { evaluatePlan } from '../reference/evaluate-plan.ts';
import { unknownPart } from '../reference/scope.ts';
import type { Value } from '../value/value.ts';
import { type ConnectorCheck, rowsDiffer, rowsWithout } from './connector-check.ts';
import { conditionsOver, type NamedCondition } from './conditions.ts';
import { type ConnectorSubject, type KnownTable, type ReadOutcome, readRequest, requestFor, rowTexts } from './subject.ts';

/** What a connector reads. */
export const READ_CHECKS: readonly ConnectorCheck[] = [
  {
    id: 'reads.types',
    title: 'Every value of every type is read as it is, its ends and NULL among them',
    run: async (subject) => {
      const findings = new Findings();
      const table = await subject.table('kinds');
      for (const column of table.columns) {
        const [id = column] = table.columns;
        const { rows, fault } = await readRequest(subject.connector, requestFor(table), [id, column]);
        const seen = fault ?? rowsDiffer(rows, rowTexts(table, [id, column]));
        findings.expect(seen === null, `SELECT id, ${column.name}`, 'the values that were stored', seen ?? '');
      }
      return findings.outcome();
    },
  },
  {
    id: 'reads.projection',
    title: 'The columns asked for come, in that order',
    run: async (subject) => {
      const findings = new Findings();
      const table = await subject.table('many');
      for (const asked of [[...table.columns].reverse(), table.columns.slice(1, 2), table.columns.slice(2)]) {
        const { rows, fault } = await readRequest(subject.connector, requestFor(table), asked);
        const seen = fault ?? rowsDiffer(rows, rowTexts(table, asked));
        findings.expect(seen === null, `SELECT ${asked.map(({ name }) => name).join(', ')}`, 'these columns', seen ?? '');
      }
      return findings.outcome();
    },
  },
  {
    id: 'reads.splits',
    title: 'Splits together are the rows, each once',
    run: async (subject) => {
      const findings = new Findings();
      let splits = 0;
      for (const name of ['many', 'kinds', 'blank'] as const) {
        const table = await subject.table(name);
        const { plan, rows, fault } = await readRequest(subject.connector, requestFor(table));
        splits = Math.max(splits, plan?.splits.length ?? 0);
        findings.expect((plan?.splits.length ?? 1) > 0, `plan of ${name}`, 'at least one split', 'none');
        const seen = fault ?? rowsDiffer(rows, rowTexts(table, table.columns));
        findings.expect(seen === null, `all of ${name}`, `${String(table.rows.length)} rows`, seen ?? '');
      }
      return findings.outcome(`${String(splits)} splits of the largest table`);
    },
  },
  {
    id: 'reads.conditions',
    title: 'What is told of each condition is kept: exact, inexact or unsupported',
    run: (subject) => checkConditions(subject),
  },
  {
    id: 'reads.limit',
    title: 'A limit leaves out rows only where nothing else does, and leaves enough',
    run: (subject) => checkLimits(subject),
  },
];

async function checkConditions(subject: ConnectorSubject): ReturnType<ConnectorCheck['run']> {
  const findings = new Findings();
  const told = { exact: 0, inexact: 0, unsupported: 0 };
  const table = await subject.table('kinds');
  for (const conditions of conditionsOver(table)) {
    const outcome = await readRequest(
      subject.connector,
      requestFor(
        table,
        conditions.map(({ expression }) => expression),
      ),
    );
    for (const handling of outcome.plan?.filter ?? []) told[handling] += 1;
    const fault = conditionFault(table, conditions, outcome);
    findings.expect(fault === null, conditions.map(({ text }) => text).join(' AND '), 'the rows that it keeps', fault ?? '');
  }
  return findings.outcome(`exact ${String(told.exact)}, inexact ${String(told.inexact)}, unsupported ${String(told.unsupported)}`);
}

function conditionFault(table: KnownTable, conditions: readonly NamedCondition[], { plan, rows, fault }: ReadOutcome): string | null {
  if (fault !== null || plan === null) return fault;
  if (plan.filter.length !== conditions.length) return `${String(plan.filter.length)} answers for ${String(conditions.length)} conditions`;
  const met = (only: (index: number) => boolean): readonly string[] =>
    rowTexts(
      {
        columns: table.columns,
        rows: rowsMeeting(
          table,
          conditions.filter((_, index) => only(index)).map(({ expression }) => expression),
        ),
      },
      table.columns,
    );
  // Of what is read nothing may be missing that meets all, and all must meet what is said to be exact.
  const [needed] = rowsWithout(
    met((index) => plan.filter[index] !== 'unsupported'),
    rows,
  );
  if (needed !== undefined) return `a row that belongs is missing: ${needed} (${plan.filter.join(', ')})`;
  const [allowed] = rowsWithout(
    rows,
    met((index) => plan.filter[index] === 'exact'),
  );
  return allowed === undefined ? null : `a row that does not meet an exact condition, or comes twice: ${allowed}`;
}

function rowsMeeting({ columns, rows }: KnownTable, conditions: readonly Expression[]): readonly (readonly Value[])[] {
  const scope = { evaluatePlan, rowsOf: () => unknownPart('a scan'), parameters: [], ctes: new Map() };
  return rows.filter((row) => {
    const values = new Map(columns.map(({ id }: ScanColumn, index) => [id, row[index] ?? null]));
    return conditions.every((condition) => evaluate(condition, values, scope) === true);
  });
}

async function checkLimits(subject: ConnectorSubject): ReturnType<ConnectorCheck['run']> {
  const findings = new Findings();
  let limited = 0;
  const table = await subject.table('many');
  const filters = [[], ...conditionsOver(table).slice(0, 8)];
  for (const conditions of filters) {
    const expressions = conditions.map(({ expression }) => expression);
    const kept = rowTexts({ columns: table.columns, rows: rowsMeeting(table, expressions) }, table.columns);
    for (const limit of [0, 1, 100, 1_000_000]) {
      const { plan, rows, fault } = await readRequest(subject.connector, requestFor(table, expressions, limit));
      if (plan?.limited === true) limited += 1;
      findings.expect(
        fault === null && limitFault(plan?.limited === true, plan?.filter ?? [], { rows, kept, limit }) === null,
        `${conditions.map(({ text }) => text).join(' AND ') || 'no condition'} LIMIT ${String(limit)}`,
        'no fewer rows than that, and no more where it says limited',
        fault ?? limitFault(plan?.limited === true, plan?.filter ?? [], { rows, kept, limit }) ?? '',
      );
    }
  }
  return findings.outcome(`${String(limited)} of ${String(findings.cases)} limits taken`);
}

function limitFault(
  limited: boolean,
  filter: readonly string[],
  { rows, kept, limit }: { readonly rows: readonly string[]; readonly kept: readonly string[]; readonly limit: number },
): string | null {
  if (!limited)
    return filter.every((one) => one !== 'unsupported') && rows.length < Math.min(limit, kept.length)
      ? `${String(rows.length)} rows`
      : null;
  if (filter.some((one) => one !== 'exact')) return 'limited, with a condition that is not exact';
  if (rows.length > limit) return `${String(rows.length)} rows`;
  if (rows.length < Math.min(limit, kept.length)) return `${String(rows.length)} rows of ${String(kept.length)}`;
  const among = new Set(kept);
  return rows.every((row) => among.has(row)) ? null : 'rows that the condition does not keep';
}
