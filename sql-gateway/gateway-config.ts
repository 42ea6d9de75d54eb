import type { RouteRuleText } from '../sql/bind/index.ts';
import type { ResultLimits } from './result/result-quota.ts';
import type { TransactionLimits } from './transaction/session-transactions.ts';

/** A secret that stands for a user. */
export interface ApiToken {
  readonly user: string;
  readonly token: string;
}

/** A certificate, those that lead to its authority, and its key. Shape: PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** All that the gateway is told about its surroundings. Paths are absolute. */
export interface GatewayConfig {
  readonly http: {
    readonly host: string;
    /** 0 takes a free port. */
    readonly port: number;
    /** Host names that requests may name beside the address listened on and localhost. */
    readonly allowedHosts: readonly string[];
    /** Origins of web pages that may call the server, such as `https://example.com`. */
    readonly allowedOrigins: readonly string[];
  };
  /** What an https server proves itself with; left out for http. */
  readonly tls?: TlsIdentity;
  /** `none` is accepted on a loopback address only. */
  readonly auth: { readonly mode: 'none' } | { readonly mode: 'token'; readonly tokens: readonly ApiToken[] };
  readonly files: {
    /** Folders that COPY may read and write. */
    readonly allowedDirectories: readonly string[];
    /** Folders that COPY never touches, even inside the allowed ones: the warehouse and the like. */
    readonly protectedDirectories: readonly string[];
  };
  readonly limits: {
    /** Longest time a statement may run, and the default. */
    readonly queryTimeoutMs: number;
    readonly concurrentQueries: number;
    readonly queuedQueries: number;
    /** Largest body of an ingest request. */
    readonly bodyBytesMax: number;
    /** Slowest rate at which a body may arrive after the grace period; 0 for none. */
    readonly bodyBytesPerSecondMin: number;
    /** Span over which the rate is measured. Default 10 seconds. */
    readonly bodyGraceMs?: number;
    /** How long a client may read nothing of its result before it is dropped. */
    readonly readerStallMs: number;
  };
  /** Folder of the audit log; left out where none is kept. */
  readonly auditDirectory?: string;
  /** Room and time for the results of submitted statements. Default 1 GiB each, 8 GiB together, pages of 4 MiB, an hour. */
  readonly statements?: ResultLimits;
  readonly jobs?: {
    /** Jobs that run at the same time. */
    readonly concurrent: number;
    /** Statements of one job that run at the same time. */
    readonly concurrentStatements: number;
  };
  /** Default 100 open transactions, rolled back after 5 minutes without a statement. */
  readonly transactions?: TransactionLimits;
  readonly storage?: {
    /** How often background maintenance looks at all tables; 0 for never. Default 0. */
    readonly maintenanceIntervalMs: number;
  };
  readonly streams?: {
    /** Least time between two checkpoints of a materialized view. Default 1 second. */
    readonly checkpointIntervalMs: number;
  };
  /** Routing rules, the first that matches decides. Default none. */
  readonly routes?: readonly RouteRuleText[];
  readonly routing?: {
    /** Part of the queries that also run on a second engine, for comparison: 0 to 1. Default 0. */
    readonly shadowShare: number;
  };
  readonly cache?: {
    /** Memory for stored results; 0 keeps none. Default 64 MiB. */
    readonly bytesMax: number;
  };
}

/** Units: bytes of stored results when the configuration says nothing. */
export const CACHE_BYTES_DEFAULT = 64 * 2 ** 20;

/** Results of submitted statements when the configuration says nothing. */
export const RESULT_LIMITS_DEFAULT: ResultLimits = {
  resultBytesMax: 2 ** 30,
  spoolBytesMax: 8 * 2 ** 30,
  pageBytes: 4 * 2 ** 20,
  keepMs: 3_600_000,
};

/** What runs of jobs at the same time when the configuration says nothing. */
export const JOB_LIMITS_DEFAULT = { concurrent: 2, concurrentStatements: 2 };

/** Units: milliseconds between checkpoints when the configuration says nothing. */
export const CHECKPOINT_INTERVAL_MS_DEFAULT = 1000;

/** Units: bytes of a statement's text. */
export const SQL_BYTES_MAX = 2 ** 20;

/** Units: bytes of the JSON body around a statement, its parameters included. */
export const STATEMENT_BODY_BYTES_MAX = 8 * 2 ** 20;

/** Units: milliseconds over which a body's rate is measured when the configuration says nothing. */
export const BODY_GRACE_MS_DEFAULT = 10_000;
