import type { Check } from '../proof.ts';
import { compareAnswers, createView, type KeptStatement } from './compare-engines.ts';
import type { Platform } from './platform.ts';
import { randomStatements } from './random-statements.ts';
import { TableChanges, TABLES } from './random-tables.ts';

/** How the agreement is tried. */
export interface AgreementPlan {
  readonly random: () => number;
  readonly statements: number;
  /** Units: rows of an INSERT. */
  readonly rows: number;
  readonly log: (line: string) => void;
}

/** Views that are kept fresh at a time. */
const VIEWS_AT_ONCE = 10;

/** Changes of the tables while a group of views is kept fresh. */
const CHANGES = 8;

/** What was seen. */
interface Seen {
  readonly differences: string[];
  late: number;
  readonly changes: string[];
}

/** Compares OLAP, batch and the view of each statement, group by group, while rows come, change and go. */
export async function proveAgreement(platform: Platform, plan: AgreementPlan): Promise<Check[]> {
  const { random, rows, log } = plan;
  const changes = new TableChanges(random);
  for (const sql of [...TABLES, ...changes.first(rows)]) await platform.ask(sql);
  const statements = randomStatements(random, plan.statements).map((statement, index) => ({ ...statement, view: `v${String(index)}` }));
  const seen: Seen = { differences: [], late: 0, changes: [] };
  for (let first = 0; first < statements.length; first += VIEWS_AT_ONCE) {
    const group = statements.slice(first, first + VIEWS_AT_ONCE);
    await proveGroup(platform, group, { ...plan, changes }, seen);
    log(`${String(first + group.length)} statements, ${String(seen.differences.length)} differences, ${String(seen.late)} late rows`);
  }
  const { differences, late } = seen;
  const agreed = statements.length - differences.length;
  const target = `${String(statements.length)} of ${String(statements.length)}`;
  return [
    {
      id: 'three-engines-agree',
      value: agreed,
      unit: 'statements',
      target,
      pass: differences.length === 0,
      note: differences.length === 0 ? `${String(seen.changes.length)} changes besides` : differences.join(' | ').slice(0, 2000),
    },
    {
      id: 'late-rows',
      value: late,
      unit: 'rows',
      target: '>= 1',
      pass: late > 0,
      note: 'left out by views and taken out of the batch side',
    },
  ];
}

async function proveGroup(
  platform: Platform,
  group: readonly KeptStatement[],
  { rows, changes, log }: AgreementPlan & { readonly changes: TableChanges },
  seen: Seen,
): Promise<void> {
  for (const kept of group) await createView(platform, kept);
  // Rows that go must have been there before: only then does a view have something to take back.
  await platform.untilFresh();
  for (let change = 0; change < CHANGES; change += 1) {
    // Some rows have to come late for every group of views.
    const sql = change % 4 === 0 ? changes.insertEvents(Math.ceil(rows / 2)) : changes.next(Math.ceil(rows / 3));
    seen.changes.push(sql);
    await platform.ask(sql);
  }
  const stale = await platform.untilFresh();
  for (const kept of group) {
    const { difference, late } = stale === null ? await compareAnswers(platform, kept) : { difference: `never fresh: ${stale}`, late: 0 };
    seen.late += late;
    if (difference !== null) {
      log(`  ${kept.sql}\n    ${difference}`);
      seen.differences.push(`${kept.sql}: ${difference}`);
    }
  }
  for (const { view } of group) await platform.ask(`DROP MATERIALIZED VIEW ${view}`);
}
