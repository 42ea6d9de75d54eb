import { defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

const temporal = defineFunction.bind(null, 'scalar');

const INSTANTS = ['date', 'timestamp', 'timestamptz', 'timestamp_ns', 'interval'] as const;
const CLOCKS = ['time', 'timestamp', 'timestamptz', 'timestamp_ns', 'interval'] as const;

const extract = (
  part: string,
  of: readonly string[],
  summary: string,
  also: readonly string[] = [],
  result = 'bigint',
): FunctionDefinition =>
  temporal(
    `extract_${part}`,
    of.map((type) => `${type} -> ${result}`),
    summary,
    { hidden: true, also },
  );

const dated = INSTANTS.filter((type) => type !== 'interval');

const EXTRACTS: readonly FunctionDefinition[] = [
  extract('year', INSTANTS, 'The year.', ['year']),
  extract('quarter', INSTANTS, 'The quarter, 1 to 4.', ['quarter']),
  extract('month', INSTANTS, 'The month, 1 to 12.', ['month']),
  extract('week', dated, 'The ISO 8601 week, 1 to 53.', ['week', 'weekofyear', 'week_of_year']),
  extract('iso_year', dated, 'The year to which the ISO 8601 week belongs.', ['isoyear', 'year_of_week']),
  extract('day', INSTANTS, 'The day of the month.', ['day', 'dayofmonth', 'day_of_month']),
  extract('day_of_week', dated, 'The day of the week from Sunday as 0.', ['dayofweek', 'weekday']),
  extract('iso_day_of_week', dated, 'The day of the week from Monday as 1.', ['isodow', 'day_of_week']),
  extract('day_of_year', dated, 'The day of the year from 1.', ['dayofyear', 'day_of_year']),
  extract('hour', CLOCKS, 'The hour.', ['hour']),
  extract('minute', CLOCKS, 'The minute.', ['minute']),
  extract('second', CLOCKS, 'The second without its fraction.', ['second']),
  extract('millisecond', CLOCKS, 'The seconds in milliseconds.', ['millisecond']),
  extract('microsecond', CLOCKS, 'The seconds in microseconds.', ['microsecond']),
  extract(
    'epoch',
    ['date', 'timestamp', 'timestamptz', 'time', 'interval'],
    'Seconds since 1970, with a fraction.',
    ['epoch', 'to_unixtime'],
    'double',
  ),
  extract('decade', INSTANTS, 'The year divided by 10.', ['decade']),
  extract('century', INSTANTS, 'The century.', ['century']),
  extract('millennium', INSTANTS, 'The millennium.', ['millennium']),
];

/** Functions over dates, times and intervals. `date_part`, `extract` and casts reach the `extract_` functions. */
export const TEMPORAL_FUNCTIONS: readonly FunctionDefinition[] = [
  ...EXTRACTS,
  temporal('now', ['() -> timestamptz'], 'The instant at which the statement started.', {
    also: ['current_timestamp', 'get_current_timestamp', 'transaction_timestamp'],
    nulls: 'never_null',
  }),
  temporal('current_date', ['() -> date'], 'The date of `now()` in the session time zone.', { also: ['today'], nulls: 'never_null' }),
  temporal('localtimestamp', ['() -> timestamp'], '`now()` as a wall clock reading in the session time zone.', { nulls: 'never_null' }),
  temporal('localtime', ['() -> time'], 'The time of day of `localtimestamp`.', {
    also: ['current_time', 'get_current_time'],
    nulls: 'never_null',
  }),
  temporal(
    'date_trunc',
    [
      'varchar, date -> timestamp',
      'varchar, timestamp -> timestamp',
      'varchar, timestamptz -> timestamptz',
      'varchar, interval -> interval',
      'varchar, timestamp_ns -> timestamp_ns',
    ],
    'Cuts to a unit (`year`, `quarter`, `month`, `week`, `day`, `hour`, ...).',
    { also: ['datetrunc'] },
  ),
  temporal(
    'date_diff',
    [
      'varchar, date, date -> bigint',
      'varchar, timestamp, timestamp -> bigint',
      'varchar, timestamptz, timestamptz -> bigint',
      'varchar, time, time -> bigint',
      'varchar, timestamp_ns, timestamp_ns -> bigint',
    ],
    'Number of unit boundaries crossed from the first to the second.',
    { also: ['datediff'] },
  ),
  temporal('last_day', ['date -> date', 'timestamp -> date'], 'The last day of the month.', { also: ['last_day_of_month'] }),
  temporal(
    'month_name',
    ['date -> varchar', 'timestamp -> varchar', 'timestamptz -> varchar', 'timestamp_ns -> varchar'],
    'The English name of the month.',
    {
      also: ['monthname'],
    },
  ),
  temporal(
    'day_name',
    ['date -> varchar', 'timestamp -> varchar', 'timestamptz -> varchar', 'timestamp_ns -> varchar'],
    'The English name of the day.',
    {
      also: ['dayname'],
    },
  ),
  temporal('make_date', ['bigint, bigint, bigint -> date'], 'The date of a year, month and day.'),
  temporal('make_time', ['bigint, bigint, double -> time'], 'The time of an hour, minute and second.'),
  temporal(
    'make_timestamp',
    ['bigint, bigint, bigint, bigint, bigint, double -> timestamp'],
    'The timestamp of a year, month, day, hour, minute and second.',
  ),
  temporal('to_timestamp', ['double -> timestamptz'], 'The instant of seconds since 1970 UTC.', { also: ['from_unixtime'] }),
  temporal('epoch_ms', ['date -> bigint', 'timestamp -> bigint', 'timestamptz -> bigint'], 'Milliseconds since 1970.'),
  temporal('make_timestamp_ms', ['bigint -> timestamp'], 'The timestamp of milliseconds since 1970.'),
  temporal('epoch_ns', ['timestamp_ns -> bigint'], 'Nanoseconds since 1970.'),
  temporal('make_timestamp_ns', ['bigint -> timestamp_ns'], 'The timestamp of nanoseconds since 1970.'),
  temporal(
    'strftime',
    ['date, varchar -> varchar', 'timestamp, varchar -> varchar', 'timestamptz, varchar -> varchar'],
    'Formats with `%Y`-style marks.',
  ),
  temporal('strptime', ['varchar, varchar -> timestamp'], 'Reads with `%Y`-style marks.'),
  temporal(
    'time_bucket',
    [
      'interval, date -> date',
      'interval, timestamp -> timestamp',
      'interval, timestamptz -> timestamptz',
      'interval, timestamp_ns -> timestamp_ns',
    ],
    'The start of the bucket of that width that holds the time.',
  ),
  temporal(
    'tumble_start',
    ['timestamp, bigint -> timestamp', 'timestamptz, bigint -> timestamptz'],
    'The start of the window that holds the time, of windows of so many microseconds that begin at 1970-01-01 00:00 UTC.',
    { hidden: true },
  ),
  temporal(
    'tumble_end',
    ['timestamp, bigint -> timestamp', 'timestamptz, bigint -> timestamptz'],
    'The end, not part of it, of the window that `tumble_start` names.',
    { hidden: true },
  ),
];
