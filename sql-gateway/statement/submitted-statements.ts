import { type Logger, PlatformError } from '../../spi/index.ts';
import type { SpoolFolder } from '../file/spool-folder.ts';
import { logInternalError } from '../query/log-internal-error.ts';
import type { QueryRecord } from '../query/query-registry.ts';
import type { QueryService } from '../query/query-service.ts';
import type { StatementRequest } from '../query/statement-request.ts';
import type { ResultEncoder } from '../result/result-encoder.ts';
import type { ResultFormat } from '../result/result-format.ts';
import { ResultFile } from './result-file.ts';
import type { ResultLimits, ResultQuota } from '../result/result-quota.ts';
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
  /** The room of all results. */
  readonly quota: ResultQuota;
  readonly limits: Pick<ResultLimits, 'pageBytes' | 'keepMs'>;
  readonly log: Logger;
}

/** Creates the list of one server, empty. */
export function createSubmittedStatements(parts: SubmittedStatementParts): SubmittedStatements {
  return new KeptStatements(parts);
}

class KeptStatements implements SubmittedStatements {
  readonly #parts: SubmittedStatementParts;
  readonly #kept = new Map<string, SubmittedStatement>();
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(parts: SubmittedStatementParts) {
    this.#parts = parts;
  }

  get figures(): ResultFigures {
    return { statements: this.#kept.size, bytes: this.#parts.quota.bytes };
  }

  async submit(record: QueryRecord, request: StatementRequest, format: ResultFormat): Promise<SubmittedStatement> {
    const { service, encoder } = this.#parts;
    const statement = new SubmittedStatement(record, format, this.#openFile(record));
    await new Promise<void>((resolve, reject) => {
      const onBound = (): void => {
        this.#kept.set(record.id, statement);
        resolve();
      };
      service
        .run(record, request, (outcome) => statement.keep(outcome, encoder), onBound)
        .then(() => this.#end(statement, null))
        .catch(async (error: unknown) => {
          const coded = PlatformError.from(error, 'INTERNAL_INVARIANT');
          await this.#end(statement, coded);
          // After the answer to the submission nobody listens any more.
          reject(coded);
        });
    });
    return statement;
  }

  list(user: string): readonly SubmittedStatement[] {
    return [...this.#kept.values()].filter(({ info }) => info.user === user).reverse();
  }

  find(user: string, queryId: string): SubmittedStatement | null {
    const statement = this.#kept.get(queryId);
    return statement?.info.user === user ? statement : null;
  }

  async drop(statement: SubmittedStatement): Promise<void> {
    this.#forget(statement);
    statement.cancel(new PlatformError('ENGINE_CANCELLED', 'The statement was cancelled on request.'));
    if (statement.hasEnded) await this.#removeFile(statement);
  }

  close(): void {
    for (const statement of this.#kept.values()) this.#forget(statement);
  }

  /** A record is ended by who was to run it. */
  #openFile(record: QueryRecord): ResultFile {
    try {
      return new ResultFile(this.#parts.spool.newPath('result'), this.#parts.quota.open(), this.#parts.limits.pageBytes);
    } catch (error) {
      const coded = PlatformError.from(error, 'INTERNAL_INVARIANT');
      record.end(coded);
      throw coded;
    }
  }

  async #end(statement: SubmittedStatement, error: PlatformError | null): Promise<void> {
    const { limits, log } = this.#parts;
    const { queryId } = statement.info;
    const isKept = this.#kept.has(queryId);
    statement.end(error, Date.now() + limits.keepMs);
    if (error !== null || !isKept) await this.#removeFile(statement);
    // Who was refused at once is told, and the log with him.
    if (error !== null && isKept) logInternalError(error, queryId, log);
    if (!this.#kept.has(queryId)) return;
    const expire = (): void => {
      this.#forget(statement);
      void this.#removeFile(statement);
    };
    this.#timers.set(queryId, setTimeout(expire, limits.keepMs).unref());
  }

  #forget({ info: { queryId } }: SubmittedStatement): void {
    this.#kept.delete(queryId);
    clearTimeout(this.#timers.get(queryId));
    this.#timers.delete(queryId);
  }

  async #removeFile({ file, info: { queryId } }: SubmittedStatement): Promise<void> {
    await file.remove().catch((error: unknown) => {
      this.#parts.log.error({ queryId, error: String(error) }, 'the file of a result could not be removed');
    });
  }
}
