import type {
  BoundQuery,
  Catalog,
  CatalogWriter,
  Logger,
  ParameterValue,
  TableMaintenance,
  TableSink,
  TableSource,
  TableTransfer,
} from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import type { FunctionSource } from '../../sql/functions/index.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { AuditLog } from '../access/audit-log.ts';
import type { EngineRegistry } from '../engine/engine-registry.ts';
import type { OutsideDatabases } from '../external/outside-databases.ts';
import type { AllowedFiles } from '../file/allowed-files.ts';
import type { ResultCache } from '../cache/result-cache.ts';
import type { SpoolFolder } from '../file/spool-folder.ts';
import type { ResultEncoder } from '../result/result-encoder.ts';
import type { Router } from '../route/create-router.ts';
import type { Demotions } from '../route/demotions.ts';
import type { FreshViews } from '../route/fresh-views.ts';
import type { ShadowRuns } from '../shadow/shadow-runs.ts';
import type { StreamService } from '../stream/stream-service.ts';
import type { SessionTransactions } from '../transaction/session-transactions.ts';
import type { Turn } from './admission.ts';
import type { DurableRun } from './durable-run.ts';
import type { QueryRecord } from './query-registry.ts';
import type { StatementRequest } from './statement-request.ts';

/** The parts of the server that statements work with. */
export interface StatementParts {
  readonly catalog: Catalog;
  readonly access: AccessControl;
  /** Null where nobody keeps one. */
  readonly audit: AuditLog | null;
  readonly catalogWriter: CatalogWriter;
  readonly sink: TableSink;
  readonly tables: TableSource;
  /** Null where no outside database is configured. */
  readonly outside: OutsideDatabases | null;
  /** Functions beside the platform's own. */
  readonly functions: FunctionSource;
  readonly maintenance: TableMaintenance;
  readonly transfer: TableTransfer;
  readonly engines: EngineRegistry;
  readonly router: Router;
  readonly shadow: ShadowRuns;
  readonly demotions: Demotions;
  readonly freshViews: FreshViews;
  readonly cache: ResultCache;
  readonly streams: StreamService;
  readonly transactions: SessionTransactions;
  readonly encoder: ResultEncoder;
  readonly files: AllowedFiles;
  readonly spool: SpoolFolder;
  readonly log: Logger;
}

/** One statement under way. */
export interface StatementContext extends StatementParts {
  readonly request: StatementRequest;
  readonly record: QueryRecord;
  /** Taken by who works for the statement: short queries do not stand behind long ones. */
  readonly turn: Turn;
  /** Null for no limit. */
  readonly deadlineAtMs: number | null;
  /** Null for a statement that ends with the process. */
  readonly durable: DurableRun | null;
  /** Returns the values for the parameters that the query uses. @throws SQL_PARAMETER, SQL_INVALID_VALUE */
  parametersOf(query: BoundQuery): readonly ParameterValue[];
  /** Binds the statement's text again, on the newest snapshots. */
  rebind(): Promise<BoundStatement>;
}
