import { mkdirSync, realpathSync } from 'node:fs';
import type { BoundQuery, Engine, TableSource } from '../../../spi/index.ts';
import type { BoundStatement } from '../../../sql/bind/index.ts';
import { administratorCaller } from '../../../sql-gateway/access/caller.ts';
import type { RequestSession, StatementRequest } from '../../../sql-gateway/query/statement-request.ts';
import { createSilentLog } from '../../support/silent-log.ts';
import type { ResultText } from './compare-result.ts';
import { loadProgram } from './program.ts';
import { readResult } from './read-result.ts';

/** Why something failed. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What one engine made of a query. */
export type EngineAnswer =
  | { readonly kind: 'rows'; readonly result: ResultText }
  | { readonly kind: 'refusal'; readonly code: string; readonly reason: string }
  | { readonly kind: 'error'; readonly failure: Failure };

/** A platform in this process: its engines run in processes of their own, nothing listens. */
export interface SqlPlatform {
  readonly engines: readonly string[];
  /** Returns the settings of a session that has set nothing but its schema. */
  sessionIn(schema: string): RequestSession;
  /** Binds a statement once. @throws SQL_*, CATALOG_* */
  bind(sql: string, session: RequestSession): Promise<BoundStatement>;
  /** Asks one engine alone for the rows of a query. */
  ask(engine: string, query: BoundQuery): Promise<EngineAnswer>;
  /** Runs a statement as a client's: binds, routes, commits. Returns its rows and the session from then on. */
  run(sql: string, session: RequestSession): Promise<{ readonly result: ResultText; readonly session: RequestSession }>;
  close(): Promise<void>;
}

const PRINCIPAL = administratorCaller('admin');

/** A record may take this long on an engine. Units: milliseconds. */
const DEADLINE_MS = 60_000;

/** The built-in engines, and the one of the guide for authors, which stands for engines that declare little. */
const ENGINES = ['engines/olap', 'engines/batch', 'engines/stream', 'examples/hello-engine'];

/** Opens a platform of a built program in a new folder. */
export async function startSqlPlatform(folder: string, directory: string): Promise<SqlPlatform> {
  const program = await loadProgram(folder);
  mkdirSync(directory, { recursive: true });
  const root = realpathSync(directory);
  const { config } = program.loadConfig({ file: null, environment: {}, flags: [`data.directory=${root}`], workingDirectory: root });
  const log = createSilentLog();
  const storage = await program.composeStorage(config, log);
  const { warehouse } = storage;
  const tables = rememberSplits(warehouse.source);
  const entries = ENGINES.map((name) => ({ module: program.moduleOf(name), config: {} }));
  const { dataDirectory } = warehouse;
  const engines = await program.loadEngines(entries, {
    tables,
    log,
    spoolDirectory: `${storage.spoolDirectory}/engines`,
    dataDirectory,
  });
  const services = await program.createServices({
    ...warehouse,
    catalogWriter: warehouse.writer,
    tables,
    streamsDirectory: `${root}/streams`,
    engines,
    spoolDirectory: `${storage.spoolDirectory}/gateway`,
    jobs: { directory: `${root}/jobs`, resume: false, isProcessRunning: program.isProcessRunning },
    config: { ...config, auth: { mode: 'none' }, files: { ...config.files, protectedDirectories: [] } },
    log,
  });
  return {
    engines: engines.engines.map(({ name }) => name),
    sessionIn: (schema) => ({ ...program.checkSession(null), schema, resultCache: 'off' }),
    bind: (sql, session) => program.bindRequest(requestOf(sql, session), { createdAtMs: Date.now(), describe: () => undefined }, services),
    ask: (name, query) => askEngine(engines.get(name).engine, query),
    run: async (sql, session) => {
      let answer: { result: ResultText; session: RequestSession } = { result: { rows: [], types: [] }, session };
      await services.service.run(services.queries.open(PRINCIPAL.user, sql), requestOf(sql, session), async (outcome) => {
        const change = outcome.sessionChange;
        const changed = change === null ? session : { ...session, [change.name]: change.value };
        answer = { result: await readResult(outcome.columns, outcome.frames), session: changed };
      });
      return answer;
    },
    close: async () => {
      await services.streams.close();
      await engines.close();
      await services.encoder.close();
      await storage.close();
    },
  };
}

/** Returns code and message of what was thrown. Errors of the program are no instances of this source's classes. */
export function failureOf(error: unknown): Failure {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code: typeof code === 'string' ? code : 'ENGINE_FAILED', message: typeof message === 'string' ? message : String(error) };
}

function requestOf(sql: string, session: RequestSession): StatementRequest {
  return { sql, session, principal: PRINCIPAL, parameters: [], timeoutMs: null, idempotencyKey: null };
}

async function askEngine(engine: Engine, query: BoundQuery): Promise<EngineAnswer> {
  const estimate = await engine.estimate(query);
  if (estimate.kind === 'refusal') return estimate;
  try {
    const prepared = await engine.prepare(query);
    try {
      const run = { queryId: 'sqllogic', parameters: [], signal: new AbortController().signal, deadlineAtMs: Date.now() + DEADLINE_MS };
      return { kind: 'rows', result: await readResult(prepared.columns, prepared.execute(run).frames) };
    } finally {
      await prepared.close();
    }
  } catch (error) {
    return { kind: 'error', failure: failureOf(error) };
  }
}

/** Data files never change, so what was decoded once for an engine without a Parquet reader is decoded for all its records. */
function rememberSplits(source: TableSource): TableSource {
  const known = new Map<string, readonly Uint8Array[]>();
  return {
    plan: (request) => source.plan(request),
    async *read(split, columns, signal) {
      const key = JSON.stringify([split, columns]);
      const kept = known.get(key);
      if (kept !== undefined) {
        // Engines may take the bytes over, so each gets its own.
        for (const frame of kept) yield frame.slice();
        return;
      }
      const frames: Uint8Array[] = [];
      for await (const frame of source.read(split, columns, signal)) {
        frames.push(frame.slice());
        yield frame;
      }
      known.set(key, frames);
    },
  };
}
