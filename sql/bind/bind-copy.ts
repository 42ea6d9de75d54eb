import { type FileFormat, nearestName } from '../../spi/index.ts';
import type { CopyFrom, CopyOption, CopyTo, Expression, Span } from '../ast/index.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import { fieldNamed } from './bind-insert.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { finishQuery, readHints } from './finish-query.ts';
import { lookUpTarget } from './maintained-table.ts';

const FORMATS: Readonly<Record<string, FileFormat>> = {
  parquet: 'parquet',
  parquet_legacy: 'parquet_legacy',
  csv: 'csv',
  tsv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'ndjson',
  arrow: 'arrow',
};
const CSV_OPTIONS: Readonly<Record<string, { readonly key: string; readonly kind: 'text' | 'character' | 'flag' }>> = {
  header: { key: 'header', kind: 'flag' },
  delimiter: { key: 'delimiter', kind: 'character' },
  delim: { key: 'delimiter', kind: 'character' },
  sep: { key: 'delimiter', kind: 'character' },
  quote: { key: 'quote', kind: 'character' },
  escape: { key: 'escape', kind: 'character' },
  null: { key: 'nullText', kind: 'text' },
  nullstr: { key: 'nullText', kind: 'text' },
  dateformat: { key: 'dateFormat', kind: 'text' },
  timestampformat: { key: 'timestampFormat', kind: 'text' },
};

/** Options of each format; files of others have none. */
const OPTIONS: Readonly<Partial<Record<FileFormat, typeof CSV_OPTIONS>>> = {
  csv: CSV_OPTIONS,
  parquet_legacy: { compression: { key: 'compression', kind: 'text' } },
};

interface FileOptions {
  readonly path: string;
  readonly format: FileFormat;
  readonly options: Readonly<Record<string, string | boolean>>;
}

/** Binds `COPY table FROM 'path'`. */
export function bindCopyFrom(state: BinderState, node: CopyFrom): BoundStatement {
  const table = lookUpTarget(state, node.table);
  const columns = node.columns.map((column) => fieldNamed(state, table, column.name, column.span).name);
  return {
    kind: 'copy_from',
    table: table.ref,
    ...bindFile(state, node.location, node.options),
    columns: columns.length === 0 ? null : columns,
  };
}

/** Binds `COPY (query) TO 'path'`. */
export function bindCopyTo(state: BinderState, node: CopyTo): BoundStatement {
  const relation = state.rules.query(state, node.source, { commonTables: new Map(), outer: null });
  return {
    kind: 'copy_to',
    query: finishQuery(state, relation),
    hints: readHints(state, node.source),
    ...bindFile(state, node.location, node.options),
  };
}

function bindFile(state: BinderState, location: Expression, given: readonly CopyOption[]): FileOptions {
  if (location.kind !== 'string-literal' || location.value === '') throw unsupported(state, 'a location that is not a text', location.span);
  const path = location.value;
  const named = given.find((option) => option.name === 'format');
  const extension = /\.([a-z]+)$/i.exec(path)?.[1] ?? '';
  const written = named === undefined ? extension : textOf(state, named);
  const format = FORMATS[written.toLowerCase()];
  if (format === undefined) throw unknownFormat(state, written, named?.span ?? location.span);
  const options: Record<string, string | boolean> = written.toLowerCase() === 'tsv' ? { delimiter: '\t' } : {};
  for (const option of given) {
    if (option.name === 'format') continue;
    const [key, value] = bindOption(state, option, format);
    options[key] = value;
  }
  return { path, format, options };
}

function unknownFormat(state: BinderState, written: string, span: Span): Error {
  const message = written === '' ? 'the file name does not tell the format' : `no file format of the name ${written}`;
  const hint = didYouMean(nearestName(written, Object.keys(FORMATS))) ?? 'Write (FORMAT parquet), csv, ndjson or arrow.';
  return bindError(state, 'SQL_UNSUPPORTED', message, span, { hint });
}

function bindOption(state: BinderState, option: CopyOption, format: FileFormat): readonly [string, string | boolean] {
  const options = OPTIONS[format] ?? {};
  const known = Object.hasOwn(options, option.name) ? options[option.name] : undefined;
  if (known === undefined) {
    const names = ['format', ...Object.keys(options)];
    const hint = didYouMean(nearestName(option.name, names)) ?? `It takes ${names.join(', ')}.`;
    throw bindError(state, 'SQL_UNSUPPORTED', `COPY with format ${format} has no option ${option.name}`, option.span, { hint });
  }
  if (known.kind === 'flag') return [known.key, flagOf(state, option)];
  const text = textOf(state, option);
  if (known.kind === 'character' && text.length > 1) {
    throw bindError(state, 'SQL_INVALID_VALUE', `${option.name} is one character, not '${text}'`, option.span);
  }
  return [known.key, text];
}

function flagOf(state: BinderState, option: CopyOption): boolean {
  if (option.value === null) return true;
  if (option.value.kind === 'boolean-literal') return option.value.value;
  const text = textOf(state, option).toLowerCase();
  if (['true', 'on', '1'].includes(text)) return true;
  if (['false', 'off', '0'].includes(text)) return false;
  throw bindError(state, 'SQL_INVALID_VALUE', `${option.name} is true or false, not '${text}'`, option.span);
}

function textOf(state: BinderState, option: CopyOption): string {
  if (option.value?.kind === 'string-literal') return option.value.value;
  if (option.value?.kind === 'number-literal') return option.value.text;
  throw bindError(state, 'SQL_INVALID_VALUE', `${option.name} needs a text`, option.span);
}
