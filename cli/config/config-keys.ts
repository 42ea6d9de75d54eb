/** One key of the configuration file, the environment and `--set`. */
export interface ConfigKey {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'string-list';
  readonly description: string;
  /** Null: unset unless given. */
  readonly default: string | number | boolean | readonly string[] | null;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  /** True when the value must never be shown or logged. */
  readonly secret?: boolean;
}

const MIB = 1024 * 1024;

/** Every scalar key. The environment name of `http.port` is `TRIVIUM_HTTP_PORT`; of `limits.queryTimeoutMs` `TRIVIUM_LIMITS_QUERY_TIMEOUT_MS`. */
export const CONFIG_KEYS = {
  'data.directory': {
    type: 'string',
    default: 'trivium-data',
    description: 'Directory of the warehouse, the token file and temporary files. Relative to the working directory.',
  },
  'http.host': { type: 'string', default: '127.0.0.1', description: 'Address to listen on.' },
  'http.port': { type: 'integer', default: 8080, minimum: 0, maximum: 65535, description: 'Port to listen on; 0 takes a free one.' },
  'http.allowedHosts': {
    type: 'string-list',
    default: [],
    description: 'Host names that requests may name beside the address listened on and localhost.',
  },
  'http.allowedOrigins': { type: 'string-list', default: [], description: 'Origins of web pages that may call the server.' },
  'http.tls.certificateFile': {
    type: 'string',
    default: null,
    description:
      'PEM file with the certificate of the server, and those between it and its authority. With it the server speaks https and nothing else. Read anew on SIGHUP.',
  },
  'http.tls.keyFile': {
    type: 'string',
    default: null,
    description: 'PEM file with the private key of that certificate, without a password.',
  },
  'auth.mode': {
    type: 'string',
    default: 'token',
    enum: ['token', 'none'],
    description: '`none` is accepted on a loopback address only, and each request must then carry the header `X-Trivium-Client`.',
  },
  'auth.token': {
    type: 'string',
    default: null,
    secret: true,
    description: 'The API token. When unset, one is made at the first start and kept in `token` in the data directory (mode 0600).',
  },
  'audit.enabled': {
    type: 'boolean',
    default: false,
    description: 'Whether it is recorded in `audit` in the data directory who ran which kind of statement on which tables.',
  },
  'files.allowedDirectories': {
    type: 'string-list',
    default: [],
    description:
      'Directories that COPY FROM may read and COPY TO may write, and in which tables may have files of other programs. Links are resolved first.',
  },
  'limits.queryTimeoutMs': {
    type: 'integer',
    default: 600_000,
    minimum: 1,
    maximum: 86_400_000,
    description: 'Longest time a statement may run, and the default when a request names none. Milliseconds.',
  },
  'limits.concurrentQueries': {
    type: 'integer',
    default: 8,
    minimum: 1,
    maximum: 1024,
    description: 'Statements that run at the same time.',
  },
  'limits.queuedQueries': {
    type: 'integer',
    default: 64,
    minimum: 0,
    maximum: 100_000,
    description: 'Statements that may wait; more are answered with 429.',
  },
  'limits.bodyBytesMax': {
    type: 'integer',
    default: 4096 * MIB,
    minimum: 1024,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Largest body of an ingest request. Bytes.',
  },
  'limits.bodyBytesPerSecondMin': {
    type: 'integer',
    default: 1024,
    minimum: 0,
    maximum: 1024 * MIB,
    description: 'Slowest rate at which a body may arrive, after ten seconds of grace. Bytes per second.',
  },
  'limits.outsideBytesMax': {
    type: 'integer',
    default: 8192 * MIB,
    minimum: MIB,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Rows that one statement may fetch from tables of outside databases. Bytes, before they are compressed.',
  },
  'limits.readerStallMs': {
    type: 'integer',
    default: 300_000,
    minimum: 1000,
    maximum: 86_400_000,
    description: 'How long a client may read nothing of its result before it is dropped. Milliseconds.',
  },
  'statements.keepMs': {
    type: 'integer',
    default: 3_600_000,
    minimum: 1000,
    maximum: 604_800_000,
    description: 'How long the result of a submitted statement is kept after its end. Milliseconds.',
  },
  'statements.resultBytesMax': {
    type: 'integer',
    default: 1024 * MIB,
    minimum: MIB,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Largest result of a submitted statement, or of one in Parquet. Bytes.',
  },
  'statements.spoolBytesMax': {
    type: 'integer',
    default: 8192 * MIB,
    minimum: MIB,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Disk space for the results of all submitted statements together; each counts as at least 128 KiB. Bytes.',
  },
  'statements.pageBytes': {
    type: 'integer',
    default: 4 * MIB,
    minimum: 1024,
    maximum: 1024 * MIB,
    description: 'Size from which on a page of such a result is full. Bytes.',
  },
  'jobs.concurrent': {
    type: 'integer',
    default: 2,
    minimum: 1,
    maximum: 64,
    description: 'Jobs that run at the same time; more wait for their turn.',
  },
  'jobs.concurrentStatements': {
    type: 'integer',
    default: 2,
    minimum: 1,
    maximum: 64,
    description: 'Statements of one job that run at the same time, where none needs the other.',
  },
  'cache.bytesMax': {
    type: 'integer',
    default: 64 * MIB,
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Memory for results that answer the same statement again; 0 keeps none. Bytes.',
  },
  'routing.shadowShare': {
    type: 'number',
    default: 0,
    minimum: 0,
    maximum: 1,
    description: 'Share of the queries that run on a second engine too, after their answer, to compare the two: 0 (none) to 1 (all).',
  },
  'storage.processes': {
    type: 'integer',
    default: 2,
    minimum: 1,
    maximum: 64,
    description: 'Processes that read and write Parquet for ingest and COPY.',
  },
  'storage.memoryBytesMax': {
    type: 'integer',
    default: 1024 * MIB,
    minimum: 128 * MIB,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Memory that each of these processes may use for data. Bytes.',
  },
  'storage.maintenanceIntervalMs': {
    type: 'integer',
    default: 0,
    minimum: 0,
    maximum: 86_400_000,
    description:
      'How often background maintenance looks for tables with many small files, old snapshots or orphan files; 0 for never. Milliseconds.',
  },
  'storage.verifyOnRead': {
    type: 'boolean',
    default: false,
    description:
      'Whether each data file is compared with its checksum before it is read for the first time; the table property verify-on-read does so for one table.',
  },
  'streams.checkpointIntervalMs': {
    type: 'integer',
    default: 1000,
    minimum: 10,
    maximum: 3_600_000,
    description: 'Least time between two checkpoints of a materialized view: how old its result may be. Milliseconds.',
  },
  'log.level': {
    type: 'string',
    default: 'info',
    enum: ['debug', 'info', 'warn', 'error', 'silent'],
    description: 'Least level that is logged.',
  },
} as const satisfies Readonly<Record<string, ConfigKey>>;

/** The name of a configuration key. */
export type ConfigName = keyof typeof CONFIG_KEYS;

/** Returns the environment variable of a key. */
export function environmentName(key: string): string {
  return `TRIVIUM_${key
    .replaceAll('.', '_')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;
}
