import type { RequestSession } from '../../../sql-gateway/query/statement-request.ts';
import type { BoundStatement } from '../../../sql/bind/index.ts';
import { type BareDuckdb, openBareDuckdb } from './bare-duckdb.ts';
import { compareResult, type ResultText, sortRows } from './compare-result.ts';
import { failureOf, type Failure, type SqlPlatform } from './platform.ts';
import type { QueryRecord, SqlLogicRecord, StatementRecord } from './record.ts';

/** Name under which records tell bare DuckDB to leave them out. */
export const DUCKDB = 'duckdb';

/** What became of a record on one engine; `gateway` is what needs none, such as definitions and errors of the binder. */
export interface RecordOutcome {
  readonly file: string;
  readonly record: SqlLogicRecord;
  readonly engine: string;
  /** `agreed` and `wrong` compare with what the file expects; a refusal has its code. */
  readonly verdict:
    | { readonly kind: 'agreed' }
    | { readonly kind: 'wrong'; readonly what: string }
    | { readonly kind: 'refused'; readonly code: string };
}

/** Where a file's records are run. */
export interface FileRun {
  readonly file: string;
  readonly records: readonly SqlLogicRecord[];
  /** Of this file alone. */
  readonly schema: string;
  readonly platform: SqlPlatform;
  /** Whether a query record is to be run and not only bound; statements always are run, for later records need them. */
  readonly chosen: (record: QueryRecord) => boolean;
  /** Takes each bound statement. */
  readonly onBound: (record: SqlLogicRecord, statement: BoundStatement) => void;
}

/** Runs a file's records in order, each query on every engine of the platform and on bare DuckDB. */
export async function runFile(run: FileRun): Promise<readonly RecordOutcome[]> {
  const { platform, schema } = run;
  await platform.run(`CREATE SCHEMA ${schema}`, platform.sessionIn('main'));
  const duckdb = await openBareDuckdb();
  const state: FileState = { ...run, duckdb, session: platform.sessionIn(schema), labels: new Map() };
  const outcomes: RecordOutcome[] = [];
  try {
    for (const record of run.records) {
      const tried = record.kind === 'query' ? await runQuery(record, state) : await runStatement(record, state);
      for (const { engine, verdict } of tried) outcomes.push({ file: run.file, record, engine, verdict });
    }
  } finally {
    duckdb.close();
  }
  return outcomes;
}

interface FileState extends FileRun {
  readonly duckdb: BareDuckdb;
  session: RequestSession;
  readonly labels: Map<string, string>;
}

type Tried = Pick<RecordOutcome, 'engine' | 'verdict'>;

/** Returns a failure or what was asked for. */
type Attempt<Value> = { readonly value: Value; readonly failure?: undefined } | { readonly failure: Failure };

async function attempt<Value>(work: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

function takes(record: SqlLogicRecord, engine: string): boolean {
  return record.conditions.every(({ kind, engine: named }) => (kind === 'skipif') === (named !== engine));
}

async function runQuery(record: QueryRecord, state: FileState): Promise<readonly Tried[]> {
  const judge = (result: ResultText): string | null => compareResult(record, result) ?? compareLabel(record, result, state);
  const chosen = state.chosen(record);
  const tried = chosen ? await onDuckdb(record, async () => judge(await state.duckdb.query(record.sql))) : [];
  if (!isOurs(record, state)) return tried;
  const bound = await attempt(() => state.platform.bind(record.sql, state.session));
  if (bound.failure !== undefined) return [...tried, wrong('gateway', describeFailure(bound.failure))];
  state.onBound(record, bound.value);
  if (!chosen) return tried;
  if (bound.value.kind === 'query') return [...tried, ...(await askEngines(record, bound.value, state, judge, describeFailure))];
  const ran = await attempt(() => state.platform.run(record.sql, state.session));
  return [
    ...tried,
    ran.failure === undefined ? verdictOf('gateway', judge(ran.value.result)) : wrong('gateway', describeFailure(ran.failure)),
  ];
}

async function runStatement(record: StatementRecord, state: FileState): Promise<readonly Tried[]> {
  const { outcome } = record;
  const expectsError = outcome.kind === 'error';
  const onFailure = (failure: Failure): string | null => (expectsError ? compareFailure(outcome, failure) : describeFailure(failure));
  const tried = await onDuckdb(record, async () => {
    const changed = await attempt(() => state.duckdb.execute(record.sql));
    if (changed.failure !== undefined) return expectsError ? null : changed.failure.message;
    return expectsError
      ? 'no error'
      : outcome.kind === 'count' && changed.value !== outcome.rows
        ? `${String(changed.value)} rows changed`
        : null;
  });
  if (!isOurs(record, state)) return tried;
  const bound = await attempt(() => state.platform.bind(record.sql, state.session));
  if (bound.failure !== undefined) return [...tried, verdictOf('gateway', onFailure(bound.failure))];
  state.onBound(record, bound.value);
  if (bound.value.kind === 'query') {
    const noError = (): string | null => (expectsError ? 'no error' : null);
    return [...tried, ...(await askEngines(record, bound.value, state, noError, onFailure))];
  }
  const ran = await attempt(() => state.platform.run(record.sql, state.session));
  if (ran.failure !== undefined) return [...tried, verdictOf('gateway', onFailure(ran.failure))];
  state.session = ran.value.session;
  return [
    ...tried,
    verdictOf('gateway', expectsError ? 'no error' : outcome.kind === 'count' ? compareCount(outcome.rows, ran.value.result) : null),
  ];
}

async function onDuckdb(record: SqlLogicRecord, run: () => Promise<string | null>): Promise<readonly Tried[]> {
  if (!takes(record, DUCKDB)) return [];
  const judged = await attempt(run);
  return [judged.failure === undefined ? verdictOf(DUCKDB, judged.value) : wrong(DUCKDB, judged.failure.message)];
}

function isOurs(record: SqlLogicRecord, { platform }: FileState): boolean {
  return platform.engines.some((engine) => takes(record, engine));
}

async function askEngines(
  record: SqlLogicRecord,
  { query }: Extract<BoundStatement, { kind: 'query' }>,
  { platform }: FileState,
  onRows: (result: ResultText) => string | null,
  onFailure: (failure: Failure) => string | null,
): Promise<readonly Tried[]> {
  const engines = platform.engines.filter((engine) => takes(record, engine));
  return Promise.all(
    engines.map(async (engine): Promise<Tried> => {
      const answer = await platform.ask(engine, query);
      if (answer.kind === 'refusal') return { engine, verdict: { kind: 'refused', code: answer.code } };
      return verdictOf(engine, answer.kind === 'rows' ? onRows(answer.result) : onFailure(answer.failure));
    }),
  );
}

function compareLabel({ label, sort }: QueryRecord, result: ResultText, { labels }: FileState): string | null {
  if (label === null) return null;
  const values = sortRows(result.rows, sort).join('\n');
  const first = labels.get(label) ?? values;
  labels.set(label, first);
  return first === values ? null : `other values than the first query labelled ${label}`;
}

function compareFailure(expected: Extract<StatementRecord['outcome'], { kind: 'error' }>, failure: Failure): string | null {
  if (expected.code !== null && expected.code !== failure.code) return `${describeFailure(failure)}, expected ${expected.code}`;
  if (expected.message !== null && !failure.message.includes(expected.message)) return `the message is: ${failure.message}`;
  return null;
}

function compareCount(rows: number, result: ResultText): string | null {
  const seen = result.rows[0]?.[0];
  return seen === String(rows) ? null : `${String(seen)} rows changed, expected ${String(rows)}`;
}

function describeFailure({ code, message }: Failure): string {
  return `${code}: ${message}`;
}

function verdictOf(engine: string, what: string | null): Tried {
  return what === null ? { engine, verdict: { kind: 'agreed' } } : wrong(engine, what);
}

function wrong(engine: string, what: string): Tried {
  return { engine, verdict: { kind: 'wrong', what } };
}
