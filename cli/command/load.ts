import { realpathSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import {
  type CommitResult,
  type FileFormat,
  formatType,
  PlatformError,
  type RelationName,
  type TableRef,
  type TableSink,
} from '../../spi/index.ts';
import { isMaintained } from '../../sql/bind/index.ts';
import { composeStorage, type Storage } from '../compose-platform.ts';
import { formatElapsed } from '../format/print-result.ts';
import { showProgress } from '../format/show-progress.ts';
import { renderTable } from '../format/render-table.ts';
import { createLogger } from '../server/create-logger.ts';
import { type Command, type CommandIo, CONFIG_OPTIONS, EXIT, textOption } from './command.ts';
import { parseTableName } from './parse-table-name.ts';
import { readConfig } from './read-config.ts';

const FORMATS: Readonly<Record<string, FileFormat>> = {
  '.parquet': 'parquet',
  '.csv': 'csv',
  '.tsv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.arrow': 'arrow',
  '.arrows': 'arrow',
};

/** Formats by the name that `--format` takes. */
const FORMAT_NAMES: readonly FileFormat[] = ['parquet', 'parquet_legacy', 'csv', 'ndjson', 'arrow'];

/** `trivium load` */
export const loadCommand: Command = {
  name: 'load',
  summary: 'Load a Parquet, CSV, NDJSON or Arrow file into a table',
  usage: '<file> [options]',
  options: {
    ...CONFIG_OPTIONS,
    table: { type: 'string', short: 't', value: 'name', help: 'table to load into (default: the file’s name in schema main)' },
    format: { type: 'string', value: 'name', help: `${FORMAT_NAMES.join(', ')} (default: by the file’s ending)` },
    append: { type: 'boolean', help: 'append to a table that exists' },
    replace: { type: 'boolean', help: 'replace a table that exists' },
  },
  examples: ['trivium load flights.parquet', 'trivium load new.csv --table sales.orders --append'],
  run: async (call, io) => {
    const [file, ...rest] = call.words;
    if (file === undefined || rest.length > 0) {
      io.stderr.write('trivium load: give one file\n');
      return EXIT.usage;
    }
    const request = readRequest(file, textOption(call, 'table'), textOption(call, 'format'), call.options, io);
    const { config } = readConfig(call, io);
    const storage = await composeStorage(config, createLogger('error'));
    try {
      await loadFile(storage, request, io);
      return EXIT.done;
    } finally {
      await storage.close();
    }
  },
};

/** A file and the table that takes it. */
export interface LoadRequest {
  readonly path: string;
  readonly format: FileFormat;
  readonly options: Readonly<Record<string, string | boolean>>;
  readonly table: RelationName;
  readonly mode: 'create' | 'append' | 'replace';
}

function readRequest(
  file: string,
  table: string | null,
  formatName: string | null,
  options: Readonly<Record<string, unknown>>,
  io: CommandIo,
): LoadRequest {
  const path = resolve(io.workingDirectory, file);
  const ending = extname(path).toLowerCase();
  const format = formatName === null ? FORMATS[ending] : FORMAT_NAMES.find((known) => known === formatName);
  if (format === undefined) {
    const problem = formatName === null ? `the ending '${ending}' of ${file} tells no format` : `unknown format '${formatName}'`;
    throw new PlatformError('STORAGE_FILE', `${problem}: use --format ${FORMAT_NAMES.join(', ')}`);
  }
  if (options['append'] === true && options['replace'] === true) {
    throw new PlatformError('CONFIG_INVALID', 'give --append or --replace, not both');
  }
  return {
    path,
    format,
    options: ending === '.tsv' ? { delimiter: '\t' } : {},
    table: parseTableName(table ?? tableNameOf(path)),
    mode: options['append'] === true ? 'append' : options['replace'] === true ? 'replace' : 'create',
  };
}

function tableNameOf(path: string): string {
  return basename(path, extname(path))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .replace(/^(\d)/, '_$1');
}

/** Loads a file into a table in one commit, shows the schema found and how far it is; returns what was committed. */
export async function loadFile(storage: Storage, request: LoadRequest, io: CommandIo): Promise<CommitResult> {
  const path = existingFile(request.path);
  const { sink, writer } = storage.warehouse;
  const startedAt = performance.now();
  await writer.createSchema(request.table.schema, 'keep');
  const transaction = await sink.begin(
    request.mode === 'append'
      ? { kind: 'append', table: await findTable(storage, request.table) }
      : { kind: 'create', spec: await inferTable(sink, request, path, io), ifExists: request.mode === 'replace' ? 'replace' : 'fail' },
  );
  const progress = showProgress(io.stderr, `loading ${basename(path)}`);
  try {
    const fragment = await transaction.appendFile('load', 0, { path, format: request.format, options: request.options, columns: null });
    const result = await transaction.commit([fragment], randomUUID());
    progress.stop();
    const elapsedMs = performance.now() - startedAt;
    const rate = Math.round(result.rows / (elapsedMs / 1000)).toLocaleString('en-US');
    const name = `${request.table.schema}.${request.table.name}`;
    io.stdout.write(
      `Loaded ${result.rows.toLocaleString('en-US')} rows into ${name} in ${formatElapsed(elapsedMs)} (${rate} rows/s), snapshot ${result.snapshotId}\n`,
    );
    return result;
  } catch (error) {
    progress.stop();
    await transaction.abort();
    throw error;
  }
}

function existingFile(path: string): string {
  if (!(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)) {
    throw new PlatformError('STORAGE_FILE', `there is no file ${path}`);
  }
  return realpathSync(path);
}

async function findTable(storage: Storage, name: RelationName): Promise<TableRef> {
  const found = await storage.warehouse.catalog.resolve(name);
  if (found === null) {
    throw new PlatformError('CATALOG_UNKNOWN_TABLE', `there is no table ${name.schema}.${name.name} to append to`, {
      hint: 'leave out --append to create it',
    });
  }
  if (found.kind === 'view') throw new PlatformError('CATALOG_NOT_A_TABLE', `${name.schema}.${name.name} is a view`);
  if (isMaintained(found)) {
    throw new PlatformError('CATALOG_NOT_A_TABLE', `${name.schema}.${name.name} is written by a materialized view only`, {
      hint: 'load into the tables that the view reads',
    });
  }
  return found.ref;
}

async function inferTable(sink: TableSink, request: LoadRequest, path: string, io: CommandIo) {
  const found = await sink.inspect({ path, format: request.format, options: request.options });
  const lines = renderTable(
    [
      { name: 'column', align: 'left' },
      { name: 'type', align: 'left' },
    ],
    found.columns.map((column) => [column.name, formatType(column.type) + (column.nullable ? '' : ' not null')]),
    { widthMax: io.stdout.isTTY ? io.stdout.columns : 160 },
  );
  io.stdout.write(`Schema of ${basename(path)}:\n${lines.join('\n')}\n`);
  return { name: request.table, columns: found.columns, partitioning: [], properties: {}, comment: null };
}
