import { PlatformError } from '../../spi/index.ts';
import type { AcceptedValue, Expectation, TimeUnit } from '../job/expectation.ts';
import { tokenize } from '../../sql/lex/index.ts';
import { checkKeys, checkList, checkSql } from './parse-statement-request.ts';

const TABLE_KEYS = ['table', 'notNull', 'unique', 'values', 'rows', 'fresh', 'references'];

/** Reads what a step of a job expects: a list of tables with what holds for them, and of queries without rows.
 *  @throws REQUEST_INVALID */
export function readExpectations(given: unknown, place: string): readonly Expectation[] {
  if (given === undefined) return [];
  return listOf(given, place).flatMap((each, index) => readExpectation(each, `${place}[${String(index)}]`));
}

function readExpectation(given: unknown, place: string): readonly Expectation[] {
  const keys = checkKeys(given, `'${place}'`, ['sql', ...TABLE_KEYS]);
  if (keys['sql'] !== undefined) {
    if (Object.keys(keys).length > 1) throw invalid(`'${place}' has a query, which says all: leave the other keys out.`);
    return [{ kind: 'query', sql: checkSql(keys['sql']) }];
  }
  const table = readTable(keys['table'], `${place}.table`);
  const found = [
    ...readColumns(keys['notNull'], `${place}.notNull`, (columns) => ({ kind: 'not-null', table, columns })),
    ...readColumns(keys['unique'], `${place}.unique`, (columns) => ({ kind: 'unique', table, columns })),
    ...entriesOf(keys['values'], `${place}.values`).map(
      ([column, values]): Expectation => ({ kind: 'values', table, column, accepted: readValues(values, `${place}.values.${column}`) }),
    ),
    ...readRows(keys['rows'], `${place}.rows`, table),
    ...entriesOf(keys['fresh'], `${place}.fresh`).map(
      ([column, age]): Expectation => ({ kind: 'fresh', table, column, ...readAge(age, `${place}.fresh.${column}`) }),
    ),
    ...entriesOf(keys['references'], `${place}.references`).map(
      ([column, other]): Expectation => ({ kind: 'references', table, column, ...readOther(other, `${place}.references.${column}`) }),
    ),
  ];
  if (found.length === 0) throw invalid(`'${place}' expects nothing of ${table}; give one of ${TABLE_KEYS.slice(1).join(', ')}.`);
  return found;
}

function readColumns(given: unknown, place: string, make: (columns: readonly string[]) => Expectation): readonly Expectation[] {
  if (given === undefined) return [];
  const columns = listOf(given, place);
  if (columns.length === 0 || !columns.every((column) => typeof column === 'string'))
    throw invalid(`'${place}' must be a list of columns.`);
  return [make(columns)];
}

function readValues(given: unknown, place: string): readonly AcceptedValue[] {
  const values = listOf(given, place);
  const isAccepted = (value: unknown): value is AcceptedValue =>
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
  if (values.length === 0 || !values.every(isAccepted)) throw invalid(`'${place}' must be a list of texts, numbers or booleans.`);
  return values;
}

function readRows(given: unknown, place: string, table: string): readonly Expectation[] {
  if (given === undefined) return [];
  const { min, max } = checkKeys(given, `'${place}'`, ['min', 'max']);
  const isBound = (bound: unknown): bound is number | undefined =>
    bound === undefined || (Number.isSafeInteger(bound) && Number(bound) >= 0);
  if (!isBound(min) || !isBound(max) || (min ?? max) === undefined)
    throw invalid(`'${place}' must have 'min', 'max' or both, whole numbers from 0.`);
  return [{ kind: 'rows', table, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }];
}

const AGE = /^([1-9]\d{0,8}) (minute|hour|day)s?$/;

function readAge(given: unknown, place: string): { readonly count: number; readonly unit: TimeUnit } {
  const [, count, unit] = (typeof given === 'string' ? AGE.exec(given) : null) ?? [];
  if (count === undefined || unit === undefined) throw invalid(`'${place}' must be an age such as '90 minutes', '24 hours' or '2 days'.`);
  return { count: Number(count), unit: unit as TimeUnit };
}

function readOther(given: unknown, place: string): { readonly otherTable: string; readonly otherColumn: string } {
  const tokens = typeof given === 'string' ? tokenize(given).filter(({ kind }) => kind !== 'end') : [];
  const column = tokens.at(-1);
  const table = typeof given === 'string' ? given.slice(0, tokens.at(-2)?.start ?? 0) : '';
  if (column === undefined || tokens.length < 3 || !['word', 'quoted'].includes(column.kind)) {
    throw invalid(`'${place}' must name a table and its column, such as airports.iata.`);
  }
  return { otherTable: readTable(table, place), otherColumn: column.value };
}

/** Reads a name as SQL writes it: `name` or `schema.name`, quoted or not; it becomes a part of statements and must hold nothing else.
 *  @throws REQUEST_INVALID */
export function readTable(given: unknown, place: string): string {
  if (typeof given === 'string') {
    const kinds = tokenize(given).flatMap(({ kind, value }) => (kind === 'end' ? [] : [kind === 'symbol' ? value : kind]));
    if (/^(word|quoted)( \. (word|quoted))?$/.test(kinds.join(' '))) return given.trim();
  }
  throw invalid(`'${place}' must be the name of a table, with or without its schema.`);
}

function entriesOf(given: unknown, place: string): readonly (readonly [string, unknown])[] {
  if (given === undefined) return [];
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return Object.entries(given);
  throw invalid(`'${place}' must be an object with a key for each column.`);
}

const listOf = (given: unknown, place: string): readonly unknown[] => checkList(given, `'${place}' must be a list.`);

function invalid(message: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', message);
}
