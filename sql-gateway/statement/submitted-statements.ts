import { type Logger, PlatformError } from '../../spi/index.ts';
import type { SpoolFolder } from '../file/spool-folder.ts';
import { logInternalError } from '../query/log-internal-error.ts';
import type { QueryRecord } from '../query/query-registry.ts';
import type { QueryService } from '../query/query-service.ts';
import type { StatementRequest } from '../query/statement-request.ts';
import type { ResultEncoder } from '../result/result-encoder.ts';
import type { ResultFormat } from '../result/result-format.ts';
import { ResultFile } from './result-file.ts';
import { createResultQuota, type ResultLimits } from './result-quota.ts';
import { SubmittedStatement } from './submitted-statement.ts';

/** What is kept at this moment. */
export interface ResultFigures {
  readonly statements: number;
  /** Units: bytes of the disk that are taken. */
  readonly bytes: number;
}

/** The statements that were submitted to this process, from their start until their results are removed. */
export interface SubmittedStatements {
  /** Starts a statement under its record, and returns when it is bound: what is wrong with its text, with the right to run it or with the room in the server is thrown.
   *  @throws what binding throws, RESOURCE_BUSY, RESOURCE_SPOOL */
  submit(record: QueryRecord, request: StatementRequest, format: ResultFormat): Promise<SubmittedStatement>;
  /** Newest first. */
  list(user: string): readonly SubmittedStatement[];
  /** Returns null when the user has no such statement. */
  find(user: string, queryId: string): SubmittedStatement | null;
  /** Cancels a statement that runs, and forgets it with its result. */
  drop(statement: SubmittedStatement): Promise<void>;
  readonly figures: ResultFigures;
  /** Forgets all of them; their files are for the owner of the folder to remove. */
  close(): void;
}

/** What submitted statements run with. */
export interface SubmittedStatementParts {
  readonly service: Pick<QueryService, 'run'>;
  readonly spool: Pick<SpoolFolder, 'newPath'>;
  readonly encoder: ResultEncoder;
  readonly limits: ResultLimits;
  readonly log: Logger;
}

/** Creates the list of one server, empty. */
export function createSubmittedStatements({ service, spool, encoder, limits, log }: SubmittedStatementParts): SubmittedStatements {
  const quota = createResultQuota(limits);
  const kept = new Map<string, SubmittedStatement>();
  const timers = new Map<string, NodeJS.Timeout>();

  const openFile = (record: QueryRecord): ResultFile => {
    try {
      return new ResultFile(spool.newPath('result'), quota.open(), limits.pageBytes);
    } catch (error) {
      const coded = PlatformError.from(error, 'INTERNAL_INVARIANT');
      record.end(coded);
      throw coded;
    }
  };
  const forget = (statement: SubmittedStatement): void => {
    const { queryId } = statement.info;
    kept.delete(queryId);
    clearTimeout(timers.get(queryId));
    timers.delete(queryId);
  };
  const removeFile = async (statement: SubmittedStatement): Promise<void> => {
    await statement.file.remove().catch((error: unknown) => {
      log.error({ queryId: statement.info.queryId, error: String(error) }, 'the file of a result could not be removed');
    });
  };
  const onEnd = async (statement: SubmittedStatement, error: PlatformError | null): Promise<void> => {
    const { queryId } = statement.info;
    await statement.end(error, Date.now() + limits.keepMs).catch(() => removeFile(statement));
    if (!kept.has(queryId)) {
      await removeFile(statement);
      return;
    }
    if (error !== null) logInternalError(error, queryId, log);
    const expire = (): void => {
      forget(statement);
      void removeFile(statement);
    };
    timers.set(queryId, setTimeout(expire, limits.keepMs).unref());
  };

  return {
    submit: async (record, request, format) => {
      const statement = new SubmittedStatement(record, format, openFile(record));
      await new Promise<void>((resolve, reject) => {
        const onBound = (): void => {
          kept.set(record.id, statement);
          resolve();
        };
        service
          .run(record, request, (outcome) => statement.keep(outcome, encoder), onBound)
          .then(() => onEnd(statement, null))
          .catch(async (error: unknown) => {
            const coded = PlatformError.from(error, 'INTERNAL_INVARIANT');
            await onEnd(statement, coded);
            // After the answer to the submission nobody listens any more.
            reject(coded);
          });
      });
      return statement;
    },
    list: (user) => [...kept.values()].filter(({ info }) => info.user === user).reverse(),
    find: (user, queryId) => {
      const statement = kept.get(queryId);
      return statement?.info.user === user ? statement : null;
    },
    drop: async (statement) => {
      forget(statement);
      statement.cancel(new PlatformError('ENGINE_CANCELLED', 'The statement was cancelled on request.'));
      if (statement.hasEnded) await removeFile(statement);
    },
    get figures() {
      return { statements: kept.size, bytes: quota.bytes };
    },
    close: () => {
      for (const statement of kept.values()) forget(statement);
    },
  };
}
