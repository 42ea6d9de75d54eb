import { type Connection, quoteName } from '../../../runtime/duckdb/index.ts';
import { type DataType, PlatformError } from '../../../spi/index.ts';
import { fullMatch } from '../conversion/convert-scalar-text.ts';
import { parseJsonStructure } from '../conversion/json-structure.ts';
import { TEXT_PATTERNS } from '../conversion/text-patterns.ts';
import type { SourceRelation } from './source-relation.ts';

/** What the text of a value looks like; a column's classes are or-ed together. */
const CLASS = {
  boolean: 1,
  bigint: 2,
  wideInteger: 4,
  number: 8,
  date: 16,
  time: 32,
  timestamp: 64,
  timestamptz: 128,
  nested: 256,
  other: 512,
};

/** Types of the columns of a relation of texts, and the number of its rows. */
export interface InferredTypes {
  readonly types: readonly DataType[];
  readonly rows: number;
}

/** Looks at every value of a relation of texts (or JSON values) and finds for each column the narrowest type that takes all of them.
 *  Guarantees: a file is accepted by a table with the types found in it. Numbers with leading zeros are text; a column without values is text. */
export async function inferTextTypes(connection: Connection, relation: SourceRelation, form: 'text' | 'json'): Promise<InferredTypes> {
  if (relation.columns.length === 0) return { types: [], rows: 0 };
  const classes = relation.columns.map(({ value }, index) => {
    const classOf = form === 'text' ? textClass(value) : jsonClass(value);
    return `bit_or(CASE WHEN ${value} IS NULL THEN 0 ELSE ${classOf} END) AS ${quoteName(`t${String(index)}`)}`;
  });
  const [row] = await connection.queryRows(`SELECT count(*) AS n, ${classes.join(', ')} FROM ${relation.from}`);
  const types = relation.columns.map((column, index) => typeOfClasses(Number(row?.[`t${String(index)}`] ?? 0), column.name));
  for (const [index, column] of relation.columns.entries()) {
    if (types[index]?.kind === 'null') types[index] = await nestedType(connection, relation, column.value);
  }
  return { types, rows: Number(row?.['n'] ?? 0) };
}

/** The cheap tests come first: most values of a column take the same branch. */
function textClass(text: string): string {
  const leadingZero = fullMatch(text, '[+-]?0[0-9].*');
  return `CASE WHEN ${fullMatch(text, '[+-]?(0|[1-9][0-9]*)')} THEN ${integerClass(text)}
    WHEN NOT regexp_matches(${text}, '^[-+.0-9]') THEN CASE WHEN lower(${text}) IN ('true', 'false') THEN ${String(CLASS.boolean)} ELSE ${String(CLASS.other)} END
    WHEN contains(${text}, ':') OR ${fullMatch(text, TEXT_PATTERNS.date)} THEN ${temporalClass(text)}
    WHEN ${numberCondition(text)} AND NOT ${leadingZero} THEN ${String(CLASS.number)} ELSE ${String(CLASS.other)} END`;
}

function jsonClass(json: string): string {
  const text = `(${json} ->> '$')`;
  return `CASE WHEN starts_with(${json}, '"') THEN ${temporalClass(text)}
    WHEN starts_with(${json}, '{') OR starts_with(${json}, '[') THEN ${String(CLASS.nested)}
    WHEN ${json} IN ('true', 'false') THEN ${String(CLASS.boolean)}
    WHEN ${fullMatch(text, TEXT_PATTERNS.integer)} THEN ${integerClass(text)} ELSE ${String(CLASS.number)} END`;
}

function integerClass(text: string): string {
  return `CASE WHEN TRY_CAST(${text} AS BIGINT) IS NOT NULL THEN ${String(CLASS.bigint)} WHEN TRY_CAST(${text} AS DECIMAL(38,0)) IS NOT NULL THEN ${String(CLASS.wideInteger)} ELSE ${String(CLASS.other)} END`;
}

function numberCondition(text: string): string {
  return `(${fullMatch(text, TEXT_PATTERNS.number)} AND isfinite(TRY_CAST(${text} AS DOUBLE)))`;
}

function temporalClass(text: string): string {
  const tests = (['date', 'timestamp', 'timestamptz', 'time'] as const).map((kind) => {
    const type = kind === 'timestamptz' ? 'TIMESTAMP WITH TIME ZONE' : kind.toUpperCase();
    return `WHEN ${fullMatch(text, TEXT_PATTERNS[kind])} AND TRY_CAST(${text} AS ${type}) IS NOT NULL THEN ${String(CLASS[kind])}`;
  });
  return `CASE WHEN left(${text}, 1) NOT BETWEEN '0' AND '9' THEN ${String(CLASS.other)} ${tests.join(' ')} ELSE ${String(CLASS.other)} END`;
}

/** Returns the type that takes all classes seen; the type `null` stands for one that only the nested values tell. */
function typeOfClasses(classes: number, name: string): DataType {
  const only = (...allowed: readonly number[]): boolean => classes !== 0 && (classes & ~allowed.reduce((all, one) => all | one, 0)) === 0;
  if (!Number.isInteger(classes)) throw new PlatformError('INTERNAL_INVARIANT', `The classes of column "${name}" are not a number.`);
  if (only(CLASS.boolean)) return { kind: 'boolean' };
  if (only(CLASS.bigint)) return { kind: 'bigint' };
  if (only(CLASS.bigint, CLASS.wideInteger)) return { kind: 'decimal', precision: 38, scale: 0 };
  if (only(CLASS.bigint, CLASS.wideInteger, CLASS.number)) return { kind: 'double' };
  if (only(CLASS.date)) return { kind: 'date' };
  if (only(CLASS.time)) return { kind: 'time' };
  if (only(CLASS.date, CLASS.timestamp)) return { kind: 'timestamp' };
  if (only(CLASS.timestamptz)) return { kind: 'timestamptz' };
  if (only(CLASS.nested)) return { kind: 'null' };
  return { kind: 'varchar' };
}

async function nestedType(connection: Connection, relation: SourceRelation, value: string): Promise<DataType> {
  const [row] = await connection.queryRows(`SELECT CAST(json_group_structure(${value}) AS VARCHAR) AS structure FROM ${relation.from}`);
  const structure = row?.['structure'];
  return typeof structure === 'string' ? parseJsonStructure(structure) : { kind: 'varchar' };
}
