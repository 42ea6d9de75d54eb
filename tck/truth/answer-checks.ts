import { readFileSync } from 'node:fs';
import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { Findings, skipped } from '../check/findings.ts';
import type { PlanCase } from '../check/plan-case.ts';
import { PARAMETER_CASES, PLAN_CASES } from './plan-cases.ts';
import { randomQueries } from './random-query.ts';
import { runCases } from './run-cases.ts';

const GUIDE = 'docs/plugin-author-guide.md#5-running-a-plan';
const SEMANTICS = 'docs/sql/semantics.md';

/** Queries for each function of the catalogue, with their rows. Made by `npm run tck:cases` of records in test/sqllogic that DuckDB agrees with. */
export const FUNCTION_CASES = JSON.parse(readFileSync(new URL('./function-cases.json', import.meta.url), 'utf8')) as readonly PlanCase[];

/** Features that no case asks for: `truth.deletes` asks for the one, modifications of rows for others; the tables of the kit have no nanoseconds. */
const WITHOUT_TEXT: ReadonlySet<string> = new Set(['scan:deletes', 'scan:place', 'scan:lineage', 'type:timestamp_ns']);

/** Values whose answers differ where the zone is dropped. */
const ZONE_CASES: readonly PlanCase[] = ['UTC', 'America/New_York', 'Asia/Kolkata'].flatMap((timeZone, turn): readonly PlanCase[] => {
  const hours = [12, 7, 17][turn] ?? 0;
  const shown = ['2024-01-15T12:00:00', '2024-01-15T07:00:00', '2024-01-15T17:30:00'][turn] ?? '';
  const before = ['1969-12-31', '1969-12-31', '1970-01-01'][turn] ?? '';
  return [
    {
      id: `zone-hour-${String(turn)}`,
      sql: 'SELECT extract(hour FROM at) AS h FROM pings WHERE id = 1',
      timeZone,
      rows: [[String(hours)]],
    },
    { id: `zone-timestamp-${String(turn)}`, sql: 'SELECT CAST(at AS timestamp) AS t FROM pings WHERE id = 1', timeZone, rows: [[shown]] },
    { id: `zone-date-${String(turn)}`, sql: 'SELECT CAST(at AS date) AS d FROM pings WHERE id = 5', timeZone, rows: [[before]] },
  ];
});

/** Checks of answers over tables that do not change. */
export const ANSWER_CHECKS: readonly Check[] = [
  {
    id: 'truth.types',
    level: 2,
    title: 'Every type comes out as it was stored: NULL, NaN, infinities, ends of ranges, nested values',
    readOn: SEMANTICS,
    run: checkTypes,
  },
  {
    id: 'truth.order',
    level: 2,
    title: 'Sorted rows come in order, NULLs where the plan places them, NaN above all numbers, texts by code point',
    readOn: SEMANTICS,
    run: checkOrder,
  },
  {
    id: 'truth.features',
    level: 2,
    title: 'Every declared feature of plans is answered, with the rows of the reference',
    readOn: GUIDE,
    run: checkFeatures,
  },
  {
    id: 'truth.functions',
    level: 2,
    title: 'Every declared function is answered, with the rows that DuckDB and the reference agree on',
    readOn: 'docs/sql/functions.md',
    run: checkFunctions,
  },
  {
    id: 'truth.parameters',
    level: 2,
    title: 'Parameters have the values of their execution',
    readOn: 'spi/engine/engine.ts, RunOptions.parameters',
    run: (context) => checkAll(context, PARAMETER_CASES),
  },
  {
    id: 'truth.time-zones',
    level: 2,
    title: 'Conversions of instants go by the time zone of the session',
    readOn: SEMANTICS,
    run: (context) => checkAll(context, ZONE_CASES),
  },
  {
    id: 'truth.random',
    level: 2,
    title: 'Random queries over random keys have the rows of the reference',
    readOn: GUIDE,
    run: checkRandom,
  },
];

async function checkAll(context: CheckContext, cases: readonly PlanCase[]): Promise<CheckOutcome> {
  const findings = new Findings();
  const { refused } = await runCases(context, cases, findings);
  return findings.outcome(refusedNote(refused));
}

async function checkTypes(context: CheckContext): Promise<CheckOutcome> {
  const names = await kindColumns(context);
  const findings = new Findings();
  const refused: string[] = [];
  for (const name of names) {
    const cases = ['kinds', '(SELECT * FROM kinds WHERE id < 0) AS x', '(SELECT * FROM kinds WHERE id = 1) AS x'].map((from) => ({
      id: name,
      sql: `SELECT id, ${name} FROM ${from}`,
    }));
    const run = await runCases(context, cases, findings);
    if (run.refused.size > 0) refused.push(name);
  }
  return findings.outcome(refused.length === 0 ? null : `refused by type: ${refused.join(', ')}`);
}

async function checkOrder(context: CheckContext): Promise<CheckOutcome> {
  if (!context.shared.engine.capabilities.features.includes('sort')) return skipped("'sort' is not declared");
  const names = (await kindColumns(context)).filter((name) => !/list|struct|map/.test(name));
  const findings = new Findings();
  const orders = ['NULLS FIRST, id', 'DESC NULLS LAST, id DESC', 'NULLS LAST, id', 'DESC NULLS FIRST, id'];
  const cases = names.flatMap((name) =>
    orders.map((order) => ({ id: name, sql: `SELECT id, ${name} FROM kinds ORDER BY ${name} ${order}` })),
  );
  const { refused } = await runCases(context, cases, findings);
  return findings.outcome(refusedNote(refused));
}

async function kindColumns({ world }: CheckContext): Promise<readonly string[]> {
  return (await world.table('kinds')).fields.map(({ name }) => name);
}

async function checkFeatures(context: CheckContext): Promise<CheckOutcome> {
  const { capabilities } = context.shared.engine;
  if (!capabilities.statements.includes('query')) return skipped("'query' is not declared");
  const findings = new Findings();
  const { answered, refused } = await runCases(context, [...PLAN_CASES, ...PARAMETER_CASES], findings);
  // An answer over functions that the engine lacks would not reach it: cases of functions may be the first that use a feature.
  const missing = capabilities.features.filter((name) => !answered.has(name) && !WITHOUT_TEXT.has(name));
  for (const name of missing) {
    const seen = refused.get(name) ?? 'no case: each also needs a feature or function that is not declared';
    if (refused.has(name)) findings.fail(`the feature '${name}'`, 'an answer, as it is declared', seen);
  }
  return findings.outcome(missing.length === 0 ? null : `not answered: ${missing.join(', ')}`);
}

async function checkFunctions(context: CheckContext): Promise<CheckOutcome> {
  const { capabilities } = context.shared.engine;
  const findings = new Findings();
  const { answered, refused } = await runCases(context, FUNCTION_CASES, findings);
  const plain = await runCases(context, PLAN_CASES, new Findings());
  const declared = capabilities.functions === 'all' ? [] : capabilities.functions;
  const missing = declared.filter((name) => !answered.has(name) && !plain.answered.has(name));
  for (const name of missing) {
    const reason = refused.get(name);
    if (reason !== undefined)
      findings.fail(`the function ${name}()`, 'an answer, as it is declared', `refused in each case, at last ${reason}`);
  }
  return findings.outcome(missing.length === 0 ? null : `not answered: ${missing.join(', ')}`);
}

async function checkRandom(context: CheckContext): Promise<CheckOutcome> {
  const findings = new Findings();
  const queries = randomQueries(context.seed, context.quick ? 60 : 400);
  await runCases(context, queries, findings);
  return findings.outcome(`seed ${String(context.seed)}`);
}

function refusedNote(refused: ReadonlyMap<string, string>): string | null {
  const [reason] = refused.values();
  return reason === undefined ? null : `refused, for example ${reason}`;
}
