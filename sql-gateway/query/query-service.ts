import { PlatformError } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import type { Admission, Place, Turn } from './admission.ts';
import { bindRequest, createContext } from './bind-request.ts';
import { executeStatement } from './execute-statement.ts';
import { checkTaken, runInTransaction } from '../transaction/run-in-transaction.ts';
import { awaitOwnWrites, rememberWrite } from './own-writes.ts';
import type { QueryRecord } from './query-registry.ts';
import type { StatementParts } from './statement-context.ts';
import { expandExecute } from './prepared-statements.ts';
import type { StatementOutcome, StatementRequest } from './statement-request.ts';
import type { SystemTableParts } from './system-tables.ts';
import type { WaitingLine } from './waiting-line.ts';

/** Runs statements from their text to the end of their answer. */
export interface QueryService {
  /** Runs one statement under its record, which is ended whatever happens. `deliver` is called once, when the answer has begun,
   *  and the statement lasts until it returns. `onBound` is called when the statement has its place in the server, makes sense and may be run.
   *  @throws a PlatformError: before `deliver` was called nothing has been answered yet */
  run(
    record: QueryRecord,
    request: StatementRequest,
    deliver: (outcome: StatementOutcome) => Promise<void>,
    onBound?: () => void,
  ): Promise<void>;
  /** Receives something, however long that takes, then works on it under the rules of statements: admission, deadline, record. */
  runUpload<Received, Result>(record: QueryRecord, timeoutMs: number | null, upload: Upload<Received, Result>): Promise<Result>;
}

/** The parts of an upload. */
export interface Upload<Received, Result> {
  receive(): Promise<Received>;
  work(received: Received): Promise<Result>;
  /** Frees what was received, whether it was worked on or not. */
  release(received: Received): Promise<void>;
}

/** What the service is made of. */
export interface QueryServiceParts extends StatementParts, SystemTableParts {
  readonly admission: Admission;
  /** Admission of uploads while they are received: slow senders must not keep statements waiting. */
  readonly uploads: WaitingLine;
  readonly timeoutMsMax: number;
}

/** Creates the query service of one server. */
export function createQueryService(parts: QueryServiceParts): QueryService {
  return {
    run: (record, given, deliver, onBound = () => undefined) =>
      endRecord(record, () =>
        runLimited(record, given.timeoutMs ?? given.session.timeoutMs, parts, async (deadlineAtMs, turn) => {
          await runInTransaction(given, parts, async (seen) => {
            const request = expandExecute(given);
            const statement = await bindAfterOwnWrites(request, record, seen, { deadlineAtMs, onBound });
            const context = createContext({ request, record, deadlineAtMs, turn, durable: null }, seen);
            const outcome = rememberWrite(await executeStatement(statement, context), request.session);
            try {
              await deliver(outcome);
            } finally {
              await outcome.close();
            }
          });
        }),
      ),
    runUpload: (record, timeoutMs, upload) =>
      endRecord(record, async () => {
        const leave = await parts.uploads.enter(record.signal);
        const received = await upload.receive().finally(leave);
        try {
          return await runLimited(record, timeoutMs, parts, async (_, turn) => {
            await turn.take('short');
            return upload.work(received);
          });
        } finally {
          await upload.release(received);
        }
      }),
  };
}

async function bindAfterOwnWrites(
  request: StatementRequest,
  record: QueryRecord,
  parts: QueryServiceParts,
  { deadlineAtMs, onBound }: { readonly deadlineAtMs: number; readonly onBound: () => void },
): Promise<BoundStatement> {
  const statement = await bindRequest(request, record, parts);
  checkTaken(statement, request.session);
  onBound();
  const waited = await awaitOwnWrites(statement, request.session, parts, { signal: record.signal, deadlineAtMs });
  return waited ? bindRequest(request, record, parts) : statement;
}

async function endRecord<Result>(record: QueryRecord, run: () => Promise<Result>): Promise<Result> {
  try {
    const result = await run();
    record.end(null);
    return result;
  } catch (error) {
    const coded = toStatementError(error, record.signal);
    record.end(coded);
    throw coded;
  }
}

async function runLimited<Result>(
  record: QueryRecord,
  timeoutMs: number | null,
  { admission, timeoutMsMax }: QueryServiceParts,
  work: (deadlineAtMs: number, turn: Turn) => Promise<Result>,
): Promise<Result> {
  const limitMs = Math.min(timeoutMs ?? timeoutMsMax, timeoutMsMax);
  const deadlineAtMs = Date.now() + limitMs;
  const timer = setTimeout(() => {
    record.cancel(deadlinePassed(limitMs));
  }, limitMs);
  let place: Place | null = null;
  try {
    place = await admission.enter(record.signal);
    record.start();
    return await work(deadlineAtMs, shownTurn(place, record));
  } finally {
    clearTimeout(timer);
    place?.leave();
  }
}

/** Returns the turn with which the record shows whether the statement waits or works. */
function shownTurn(turn: Turn, record: QueryRecord): Turn {
  return {
    take: async (lane) => {
      await turn.take(lane, () => {
        record.queue();
      });
      if (record.info.state === 'queued') record.start();
    },
  };
}

/** Returns the error that a statement ended with: the reason it was aborted for wins, whichever part noticed first. */
export function toStatementError(error: unknown, signal: AbortSignal): PlatformError {
  if (signal.aborted && signal.reason instanceof PlatformError) {
    const known = error instanceof PlatformError && error.code === 'STORAGE_OUTCOME_UNKNOWN';
    return known ? error : signal.reason;
  }
  return PlatformError.from(error, 'INTERNAL_INVARIANT');
}

/** Returns the error of a statement that ran into its time limit. */
export function deadlinePassed(limitMs: number): PlatformError {
  return new PlatformError('RESOURCE_DEADLINE', `The statement ran longer than its limit of ${String(limitMs)} ms and was ended.`, {
    hint: 'Give a longer timeoutMs, or ask for less.',
    details: { timeoutMs: limitMs },
  });
}
