import { type DataType, PlatformError, type SessionSettings } from '../../spi/index.ts';
import { isNanoseconds, printMicroseconds, printMoved, printNanoseconds } from './print-nanoseconds.ts';
import { quoteText } from './quote.ts';
import type { CallSite, ScalarForm } from './scalar-form.ts';

/** DuckDB's names of the parts where they differ from the catalogue's. */
const PARTS: Readonly<Record<string, string>> = { iso_year: 'isoyear', day_of_week: 'dow', iso_day_of_week: 'isodow', day_of_year: 'doy' };
const EXTRACTED = [
  ...['year', 'quarter', 'month', 'week', 'iso_year', 'day', 'day_of_week', 'iso_day_of_week', 'day_of_year', 'hour', 'minute', 'second'],
  ...['millisecond', 'microsecond', 'decade', 'century', 'millennium'],
];
const CLOCK_UNITS = new Set(['hour', 'minute', 'second', 'millisecond', 'microsecond']);

const isInstant = (type: DataType | undefined): boolean => type?.kind === 'timestamptz';

/** Returns a printed instant as a wall clock reading in the session time zone. Engine processes run in UTC, so the zone is always written out. */
export function printLocal(sql: string, session: SessionSettings): string {
  return `timezone(${quoteText(session.timeZone)}, ${sql})`;
}

/** Returns a printed wall clock reading in the session time zone as an instant. */
export function printInstant(sql: string, session: SessionSettings): string {
  return `timezone(${quoteText(session.timeZone)}, ${sql})`;
}

const extract =
  (part: string): ScalarForm =>
  ([value = ''], site) =>
    `date_part('${PARTS[part] ?? part}', ${readingOf(value, site, 0)})`;

/** The function over the argument at a position, which an instant gives as a wall clock reading, and nanoseconds as microseconds. */
const overLocal =
  (name: string, position: number): ScalarForm =>
  (args, site) =>
    `${name}(${args.map((arg, index) => (index === position ? readingOf(arg, site, index) : arg)).join(', ')})`;

/** As `overLocal`, with the result turned back into an instant, or into nanoseconds. */
const throughLocal =
  (name: string, position: number): ScalarForm =>
  (args, site) => {
    const call = overLocal(name, position)(args, site);
    if (isNanoseconds(site.types[position])) return printNanoseconds(call);
    return isInstant(site.types[position]) ? printInstant(call, site.session) : call;
  };

/** Addition and subtraction: an interval moves an instant along the calendar of the session time zone. */
const moved =
  (sign: '+' | '-'): ScalarForm =>
  (args, site) => {
    const [left, right] = site.types;
    const [first = '', second = ''] = args;
    if (isNanoseconds(left)) return printMoved(first, sign, second);
    if (isNanoseconds(right)) return printMoved(second, sign, first);
    const shifts = (isInstant(left) && right?.kind === 'interval') || (left?.kind === 'interval' && isInstant(right));
    if (!shifts) return `(${args.join(` ${sign} `)})`;
    return printInstant(`(${args.map((arg, index) => readingOf(arg, site, index)).join(` ${sign} `)})`, site.session);
  };

const now: ScalarForm = (_args, { session }) => {
  if (!/^-?\d{1,18}$/.test(session.startedAtUs))
    throw new PlatformError('SQL_INVALID_VALUE', 'the start of the statement is not a count of microseconds');
  return `make_timestamptz(CAST(${session.startedAtUs} AS BIGINT))`;
};
const localNow =
  (type: string): ScalarForm =>
  (args, site) =>
    `CAST(${printLocal(now(args, site), site.session)} AS ${type})`;

const named =
  (name: string): ScalarForm =>
  (args) =>
    `${name}(${args.join(', ')})`;

/** The edge of a tumbling window, in whole microseconds. DuckDB's remainder has the sign of the dividend, hence the second one. */
const windowEdge =
  (edge: 'start' | 'end'): ScalarForm =>
  ([value = '', size = ''], site) => {
    const micros = `epoch_us(${value})`;
    const start = `${micros} - (${micros} % ${size} + ${size}) % ${size}`;
    return `${isInstant(site.types[0]) ? 'make_timestamptz' : 'make_timestamp'}(${start}${edge === 'end' ? ` + ${size}` : ''})`;
  };

/** How the functions over dates, times and intervals are written for DuckDB, by canonical name. */
export const DUCKDB_TEMPORAL_FUNCTIONS: Readonly<Record<string, ScalarForm>> = {
  ...Object.fromEntries(EXTRACTED.map((part) => [`extract_${part}`, extract(part)])),
  extract_epoch: ([value = '']) => `date_part('epoch', ${value})`,
  add: moved('+'),
  subtract: moved('-'),
  at_time_zone: ([value = '', zone = '']) => `timezone(${zone}, ${value})`,
  now,
  current_date: localNow('DATE'),
  localtimestamp: localNow('TIMESTAMP'),
  localtime: localNow('TIME'),
  date_trunc: throughLocal('date_trunc', 1),
  date_diff: ([unit = '', from = '', to = ''], site) => {
    const [part] = site.arguments;
    const byClock = part?.kind === 'literal' && CLOCK_UNITS.has(String(part.value).toLowerCase());
    const read = (sql: string): string => (byClock ? `timezone('UTC', ${sql})` : printLocal(sql, site.session));
    if (isNanoseconds(site.types[1])) return `date_diff(${unit}, ${printMicroseconds(from)}, ${printMicroseconds(to)})`;
    return isInstant(site.types[1]) ? `date_diff(${unit}, ${read(from)}, ${read(to)})` : `date_diff(${unit}, ${from}, ${to})`;
  },
  last_day: named('last_day'),
  month_name: overLocal('monthname', 0),
  day_name: overLocal('dayname', 0),
  make_date: named('make_date'),
  make_time: named('make_time'),
  make_timestamp: named('make_timestamp'),
  to_timestamp: named('to_timestamp'),
  epoch_ms: named('epoch_ms'),
  make_timestamp_ms: named('make_timestamp_ms'),
  epoch_ns: named('epoch_ns'),
  make_timestamp_ns: named('make_timestamp_ns'),
  strftime: overLocal('strftime', 0),
  strptime: named('strptime'),
  time_bucket: throughLocal('time_bucket', 1),
  tumble_start: windowEdge('start'),
  tumble_end: windowEdge('end'),
};

function readingOf(sql: string, site: CallSite, position: number): string {
  if (isNanoseconds(site.types[position])) return printMicroseconds(sql);
  return isInstant(site.types[position]) ? printLocal(sql, site.session) : sql;
}
