import { type FileSource, nearestName, PlatformError } from '../../../spi/index.ts';
import type { TemporalFormats } from '../conversion/convert-scalar-text.ts';

/** How a CSV file is written. */
export interface CsvDialect {
  readonly header: boolean;
  readonly delimiter: string;
  /** Empty for none. */
  readonly quote: string;
  readonly escape: string;
  /** The unquoted text that stands for NULL. */
  readonly nullText: string;
  readonly formats: TemporalFormats;
}

const NAMES = ['header', 'delimiter', 'quote', 'escape', 'nullText', 'dateFormat', 'timestampFormat'];

/** Reads the options of a CSV file. Defaults: a header, comma, double quotes that are doubled inside, an empty unquoted field is NULL.
 *  @throws SQL_INVALID_VALUE for an unknown option or a value that does not fit */
export function csvDialect(options: FileSource['options']): CsvDialect {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw unknownOption(unknown);
  const quote = character(options, 'quote', '"', true);
  return {
    header: flag(options, 'header', true),
    delimiter: character(options, 'delimiter', ',', false),
    quote,
    escape: character(options, 'escape', quote, true),
    nullText: text(options, 'nullText') ?? '',
    formats: { date: text(options, 'dateFormat'), timestamp: text(options, 'timestampFormat') },
  };
}

/** Refuses options for the formats that have none.
 *  @throws SQL_INVALID_VALUE */
export function refuseOptions(options: FileSource['options'], format: string): void {
  const [name] = Object.keys(options);
  if (name !== undefined) throw new PlatformError('SQL_INVALID_VALUE', `Files of the format ${format} have no option "${name}".`);
}

function unknownOption(name: string): PlatformError {
  const near = nearestName(name, NAMES);
  return new PlatformError('SQL_INVALID_VALUE', `CSV files have no option "${name}".`, {
    hint: near === null ? `Options are ${NAMES.join(', ')}.` : `Did you mean "${near}"?`,
  });
}

function text(options: FileSource['options'], name: string): string | undefined {
  const value = options[name];
  if (typeof value === 'boolean') throw new PlatformError('SQL_INVALID_VALUE', `The CSV option "${name}" takes a text.`);
  return value;
}

function character(options: FileSource['options'], name: string, fallback: string, emptyAllowed: boolean): string {
  const value = text(options, name) ?? fallback;
  const named = value === '\\t' || value.toLowerCase() === 'tab' ? '\t' : value;
  if (named.length === 1 ? !/[\r\n]/.test(named) : named === '' && emptyAllowed) return named;
  throw new PlatformError('SQL_INVALID_VALUE', `The CSV option "${name}" takes one character, not "${value}".`);
}

function flag(options: FileSource['options'], name: string, fallback: boolean): boolean {
  const value = options[name] ?? fallback;
  if (typeof value === 'boolean') return value;
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  throw new PlatformError('SQL_INVALID_VALUE', `The CSV option "${name}" takes true or false, not "${value}".`);
}
