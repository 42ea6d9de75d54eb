import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { compareRows } from '../check/compare-rows.ts';
import { Findings, skipped } from '../check/findings.ts';
import { type PlanCase, prepareCase } from '../check/plan-case.ts';
import { askEngine, describeError, refusedBy, runOptions } from '../run/ask-engine.ts';
import { PlatformError, type StagingArea } from '../../spi/index.ts';
import { PLAN_CASES } from '../truth/plan-cases.ts';

const GUIDE = 'docs/plugin-author-guide.md';

/** Small queries with their rows: an engine for anything takes at least one. */
const FIRST_QUERIES: readonly PlanCase[] = [
  { id: 'constant', sql: 'SELECT 1 AS one', rows: [['1']] },
  {
    id: 'values',
    sql: "SELECT * FROM (VALUES (1, 'a'), (2, NULL)) AS v(a, b)",
    rows: [
      ['1', '"a"'],
      ['2', 'NULL'],
    ],
  },
  {
    id: 'scan',
    sql: 'SELECT id, name FROM items WHERE id < 3',
    rows: [
      ['0', 'NULL'],
      ['1', '"item 1"'],
      ['2', '"item 2"'],
    ],
  },
  { id: 'count', sql: 'SELECT count(*) AS n FROM items', rows: [['600']] },
  { id: 'columns', sql: 'SELECT n FROM regions', rows: Array.from({ length: 40 }, (_, n) => [String(n)]) },
];

/** Checks of the first queries that an engine gets. */
export const QUERY_CHECKS: readonly Check[] = [
  {
    id: 'shape.query',
    level: 1,
    title: 'A query that needs only what is declared is answered, and right',
    readOn: `${GUIDE}#5-running-a-plan`,
    run: checkFirstQueries,
  },
  {
    id: 'shape.undeclared',
    level: 1,
    title: 'What is not declared is refused with ENGINE_UNSUPPORTED by estimate and by prepare',
    readOn: `${GUIDE}#2-declaring-what-is-not-declared-is-never-sent`,
    run: checkUndeclared,
  },
  {
    id: 'shape.columns',
    level: 1,
    title: 'Frames have the names and types of prepared.columns, which are those of the plan',
    readOn: `${GUIDE}#6-answering`,
    run: checkColumns,
  },
  {
    id: 'shape.errors',
    level: 1,
    title: 'Whatever fails is a PlatformError with a registered code',
    readOn: 'docs/errors.md',
    run: checkErrors,
  },
];

async function checkFirstQueries({ shared, world }: CheckContext): Promise<CheckOutcome> {
  const { engine } = shared;
  if (!engine.capabilities.statements.includes('query')) return skipped("'query' is not declared");
  const findings = new Findings();
  const refused: string[] = [];
  for (const planCase of FIRST_QUERIES) {
    const prepared = await prepareCase(world, planCase, engine.capabilities);
    if (prepared.undeclared !== null) continue;
    const answer = await askEngine(engine, prepared);
    if (answer.kind === 'refused') refused.push(`${planCase.sql}: ${answer.reason}`);
    else if (answer.kind === 'failed') findings.expect(false, planCase.sql, 'rows', `${answer.code ?? 'no code'}: ${answer.message}`);
    else {
      const differs = compareRows(planCase.rows ?? [], answer.rows, false);
      findings.expect(differs === null, planCase.sql, differs?.expected ?? '', differs?.seen ?? '');
    }
  }
  if (findings.cases === 0)
    findings.expect(false, 'the first queries', 'one of them answered', refused.join('; ') || 'each needs a feature that is not declared');
  return findings.outcome(refused.length === 0 ? null : `${String(refused.length)} refused by their types`);
}

async function checkUndeclared({ shared, world }: CheckContext): Promise<CheckOutcome> {
  const { engine } = shared;
  const findings = new Findings();
  for (const planCase of PLAN_CASES) {
    const prepared = await prepareCase(world, planCase, engine.capabilities);
    if (prepared.undeclared === null) continue;
    const where = `${planCase.sql} (needs ${prepared.undeclared})`;
    const estimate = await engine.estimate(prepared.query).catch(describeError);
    const code = 'code' in estimate ? String(estimate.code) : 'an estimate';
    findings.expect(code === 'ENGINE_UNSUPPORTED', where, 'a refusal with ENGINE_UNSUPPORTED from estimate', code);
    const answer = await refusedBy(engine, prepared);
    const seen = answer.kind === 'failed' ? (answer.code ?? 'a prepared query') : answer.kind;
    findings.expect(answer.kind === 'refused', where, 'ENGINE_UNSUPPORTED from prepare', seen);
  }
  if (!engine.capabilities.statements.includes('write')) {
    const { query } = await world.bind('SELECT 1 AS one');
    const seen = await engine.write(query, NO_STAGING, runOptions()).then(
      () => 'a return',
      (error: unknown) => describeError(error).code ?? 'an error without a code',
    );
    findings.expect(seen === 'ENGINE_UNSUPPORTED', "write(), as 'write' is not declared", 'ENGINE_UNSUPPORTED', seen);
  }
  return findings.outcome(findings.cases === 0 ? 'all is declared' : null);
}

/** A staging area that nobody may touch. */
const NO_STAGING: StagingArea = {
  fields: [],
  target: () => Promise.reject(new PlatformError('INTERNAL_INVARIANT', 'the engine does not declare write')),
  append: () => Promise.reject(new PlatformError('INTERNAL_INVARIANT', 'the engine does not declare write')),
};

async function checkColumns({ shared, world }: CheckContext): Promise<CheckOutcome> {
  const { engine } = shared;
  const findings = new Findings();
  const twice: PlanCase = { id: 'names', sql: 'SELECT id AS x, name AS x FROM items WHERE id < 5' };
  for (const planCase of [...FIRST_QUERIES, twice, ...PLAN_CASES.slice(0, 24)]) {
    const prepared = await prepareCase(world, planCase, engine.capabilities);
    if (prepared.undeclared !== null) continue;
    const answer = await askEngine(engine, prepared);
    if (answer.kind === 'refused') continue;
    if (answer.kind === 'failed') {
      findings.expect(false, planCase.sql, 'rows', `${answer.code ?? 'no code'}: ${answer.message}`);
      continue;
    }
    const text = (columns: readonly { readonly name: string; readonly type: unknown }[]): string =>
      columns.map(({ name, type }) => `${name} ${JSON.stringify(type)}`).join(', ');
    const [wanted, seen] = [text(prepared.query.plan.output), text(answer.columns)];
    findings.expect(wanted === seen, `${planCase.sql}: prepared.columns`, wanted, seen);
    findings.expect(answer.faults.length === 0, `${planCase.sql}: the schema message`, 'the columns declared', answer.faults.join('; '));
  }
  return findings.outcome();
}

async function checkErrors(context: CheckContext): Promise<CheckOutcome> {
  const findings = new Findings();
  const started = await context.start();
  try {
    const { engine, source } = started;
    for (const event of ['plan', 'read', 'frame'] as const) {
      for (const planCase of FIRST_QUERIES.slice(2)) {
        const prepared = await prepareCase(context.world, planCase, engine.capabilities);
        if (prepared.undeclared !== null) continue;
        const thrown = { times: 0 };
        source.onEvent = (seen) => {
          if (seen !== event) return;
          thrown.times += 1;
          throw new PlatformError('STORAGE_CORRUPT', 'the kit lets the host fail here');
        };
        const answer = await askEngine(engine, prepared);
        source.onEvent = null;
        if (thrown.times === 0) continue;
        const seen =
          answer.kind === 'failed'
            ? (answer.code ?? `an error without a code: ${answer.message}`)
            : `${answer.kind}, as if nothing had happened`;
        findings.expect(
          answer.kind === 'failed' && answer.code !== null,
          `${planCase.sql}, while the host fails in ${event}`,
          'a PlatformError with a registered code',
          seen,
        );
      }
    }
  } finally {
    await started.close();
  }
  return findings.outcome();
}
