import type { RouteRuleText } from '../../sql/bind/index.ts';
import type { EngineHostKind } from '../../sql-gateway/index.ts';

/** An engine to load. */
export interface EngineEntry {
  /** `olap`, `batch` or `stream` for a built-in engine, else a package name or a path (relative to the configuration file). */
  readonly module: string;
  /** The plugin's own configuration, checked against its schema. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the engine runs. */
  readonly host: EngineHostKind;
  /** What it may use there. Units: MiB. */
  readonly memoryMb?: number;
  /** Whether a process of it may reach the network. */
  readonly network?: boolean;
}

/** An outside database to connect. */
export interface ConnectorEntry {
  /** The first part of the names of its tables. */
  readonly catalog: string;
  /** A package name or a path (relative to the configuration file). */
  readonly module: string;
  /** The plugin's own configuration, checked against its schema; values that the file takes from the environment are filled in. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The files of an https server, as absolute paths; both null for http. */
export interface TlsFiles {
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
}

/** A set of functions to load. */
export interface FunctionEntry {
  /** What statements write before the names of its functions. */
  readonly namespace: string;
  /** A package name or a path (relative to the configuration file). */
  readonly module: string;
  /** As that of a connector. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The whole configuration, checked and complete. */
export interface Config {
  readonly data: { readonly directory: string };
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly allowedHosts: readonly string[];
    readonly allowedOrigins: readonly string[];
    readonly tls: TlsFiles;
  };
  readonly auth: { readonly mode: 'token' | 'none'; readonly token: string | null };
  readonly audit: { readonly enabled: boolean };
  readonly files: { readonly allowedDirectories: readonly string[] };
  readonly limits: {
    readonly queryTimeoutMs: number;
    readonly concurrentQueries: number;
    readonly queuedQueries: number;
    readonly bodyBytesMax: number;
    readonly bodyBytesPerSecondMin: number;
    readonly readerStallMs: number;
    readonly outsideBytesMax: number;
  };
  readonly statements: {
    readonly keepMs: number;
    readonly resultBytesMax: number;
    readonly spoolBytesMax: number;
    readonly pageBytes: number;
  };
  readonly jobs: { readonly concurrent: number; readonly concurrentStatements: number };
  readonly cache: { readonly bytesMax: number };
  readonly routing: { readonly shadowShare: number };
  readonly storage: {
    readonly processes: number;
    readonly memoryBytesMax: number;
    readonly verifyOnRead: boolean;
    readonly maintenanceIntervalMs: number;
  };
  readonly streams: { readonly checkpointIntervalMs: number };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent' };
  readonly engines: readonly EngineEntry[];
  readonly connectors: readonly ConnectorEntry[];
  readonly functions: readonly FunctionEntry[];
  readonly routes: readonly RouteRuleText[];
}

/** Where a value came from, for `trivium config show`. */
export type ConfigOrigin = 'default' | 'file' | 'environment' | 'flag';

/** A configuration with the origin of each of its keys. */
export interface LoadedConfig {
  readonly config: Config;
  readonly origins: Readonly<Record<string, ConfigOrigin>>;
  /** Absolute path of the file that was read, null when there was none. */
  readonly file: string | null;
}
