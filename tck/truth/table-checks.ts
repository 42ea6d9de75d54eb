import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { compareRows } from '../check/compare-rows.ts';
import { Findings, skipped } from '../check/findings.ts';
import { type PlanCase, prepareCase, type PreparedCase } from '../check/plan-case.ts';
import { expectedRows } from '../reference/expected-rows.ts';
import { askEngine } from '../run/ask-engine.ts';
import { column, plain } from '../world/fixture-table.ts';

const READING = 'docs/plugin-author-guide.md#4-reading-tables';

/** Rows of each data file of the table whose rows are deleted: the same positions go in both. */
const FILE_ROWS = 30;

const CHANGING_COLUMNS = [column('id', plain('integer')), column('name', plain('varchar'))];

/** Checks of what of a table is read: its snapshot, without deleted rows, all of it. */
export const TABLE_CHECKS: readonly Check[] = [
  {
    id: 'truth.snapshots',
    level: 2,
    title: 'A query reads the snapshots that its plan pins, whatever is committed later',
    readOn: READING,
    run: checkSnapshots,
  },
  { id: 'truth.deletes', level: 2, title: 'Rows that delete files take away are not read', readOn: READING, run: checkDeletes },
];

const rowsFrom = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => [BigInt(from + index), `row ${String(from + index)}`]);

async function declaredCase({ world, shared }: CheckContext, sql: string): Promise<PreparedCase | null> {
  const planCase: PlanCase = { id: sql, sql };
  const prepared = await prepareCase(world, planCase, shared.engine.capabilities);
  return prepared.undeclared === null ? prepared : null;
}

async function checkSnapshots(context: CheckContext): Promise<CheckOutcome> {
  const { world, shared } = context;
  const name = 'changing';
  await world.create({ name, columns: CHANGING_COLUMNS, files: [rowsFrom(0, 30)] });
  const findings = new Findings();
  const texts = [`SELECT id, name FROM ${name}`, `SELECT count(*) AS n FROM ${name}`, `SELECT id FROM ${name} WHERE id >= 20`];
  const before = (await Promise.all(texts.map((sql) => declaredCase(context, sql)))).filter((prepared) => prepared !== null);
  if (before.length === 0) return skipped('scans of tables are not declared');
  // An engine may keep what it learned of a query from an earlier preparation of it.
  for (const { query } of before) await (await shared.engine.prepare(query).catch(() => null))?.close();
  await world.append(name, rowsFrom(1000, 50));
  const after = (await Promise.all(texts.map((sql) => declaredCase(context, sql)))).filter((prepared) => prepared !== null);
  for (const [when, cases] of [
    ['bound before the commit', before],
    ['bound after the commit', after],
  ] as const) {
    for (const prepared of cases) {
      await expectAnswer(context, prepared, findings, `${prepared.planCase.sql}, ${when}`);
    }
  }
  return findings.outcome();
}

async function checkDeletes(context: CheckContext): Promise<CheckOutcome> {
  const { world, shared } = context;
  if (!shared.engine.capabilities.features.includes('scan:deletes')) return skipped("'scan:deletes' is not declared");
  const name = 'thinned';
  const rows = rowsFrom(0, 2 * FILE_ROWS);
  await world.create({ name, columns: CHANGING_COLUMNS, files: [rows.slice(0, FILE_ROWS), rows.slice(FILE_ROWS)] });
  const gone = Array.from({ length: FILE_ROWS }, (_, position) => position).filter(
    (position) => position % 7 === 3 || position === 0 || position === FILE_ROWS - 1,
  );
  await world.deletePositions(name, gone);
  await world.note(
    name,
    rows.filter((_, index) => !gone.includes(index % FILE_ROWS)),
  );
  const findings = new Findings();
  for (const sql of [
    `SELECT id, name FROM ${name}`,
    `SELECT count(*) AS n FROM ${name}`,
    `SELECT name FROM ${name} WHERE id > 25 AND id < 40`,
  ]) {
    const prepared = await declaredCase(context, sql);
    if (prepared === null) continue;
    await expectAnswer(context, prepared, findings, sql);
  }
  return findings.outcome();
}

/** Compares the answer with that of the reference; an engine may refuse. */
async function expectAnswer({ world, shared }: CheckContext, prepared: PreparedCase, findings: Findings, where: string): Promise<void> {
  const answer = await askEngine(shared.engine, prepared);
  if (answer.kind === 'refused') return;
  const differs =
    answer.kind === 'rows'
      ? compareRows(expectedRows(world, prepared) ?? [], answer.rows, false)
      : { expected: 'rows', seen: answer.message };
  findings.expect(differs === null, where, differs?.expected ?? '', differs?.seen ?? '');
}
