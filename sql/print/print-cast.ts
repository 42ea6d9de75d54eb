import type { CastExpression, DataType, SessionSettings } from '../../spi/index.ts';
import { printInstant, printLocal } from './duckdb-temporal-functions.ts';
import { printMicroseconds, printNanoseconds } from './print-nanoseconds.ts';
import { printType } from './print-type.ts';

/** A text with a clock time that tells its own offset. */
const WITH_OFFSET = "':.*([zZ]|[+-][0-9:]+)\\s*$'";

const TIMES: ReadonlySet<DataType['kind']> = new Set(['date', 'time', 'timestamp', 'timestamptz']);

/** Writes a conversion; those between instants and the other time types go by the session time zone. */
export function printCast(sql: string, { argument, type, safe }: CastExpression, session: SessionSettings): string {
  return printConversion(sql, argument.type, { type, safe }, session);
}

type Conversion = Pick<CastExpression, 'type' | 'safe'>;

function printConversion(sql: string, { kind: from }: DataType, conversion: Conversion, session: SessionSettings): string {
  const { type, safe } = conversion;
  const cast = (value: string, target: DataType['kind'] | DataType): string =>
    `${safe ? 'TRY_CAST' : 'CAST'}(${value} AS ${printType(typeof target === 'string' ? ({ kind: target } as DataType) : target)})`;
  if (from === 'timestamp_ns' && TIMES.has(type.kind)) {
    const micros = printMicroseconds(sql);
    return type.kind === 'timestamp' ? micros : printConversion(micros, { kind: 'timestamp' }, conversion, session);
  }
  if (type.kind === 'timestamp_ns' && from === 'timestamp') return printNanoseconds(sql, safe);
  if (type.kind === 'timestamp_ns' && from === 'timestamptz') return printNanoseconds(printLocal(sql, session), safe);
  if (from === 'timestamptz' && type.kind === 'varchar') return printInstantText(sql, session);
  if (from === 'timestamptz' && (type.kind === 'date' || type.kind === 'time' || type.kind === 'timestamp')) {
    return cast(printLocal(sql, session), type);
  }
  if (type.kind === 'timestamptz' && (from === 'date' || from === 'timestamp')) return printInstant(cast(sql, 'timestamp'), session);
  if (type.kind === 'timestamptz' && from === 'varchar' && session.timeZone !== 'UTC') {
    return `CASE WHEN regexp_matches(${sql}, ${WITH_OFFSET}) THEN ${cast(sql, type)} ELSE ${printInstant(cast(sql, 'timestamp'), session)} END`;
  }
  return cast(sql, type);
}

/** The text of an instant is its wall clock reading in the session time zone and the zone's offset then. */
function printInstantText(sql: string, session: SessionSettings): string {
  if (session.timeZone === 'UTC') return `CAST(${sql} AS VARCHAR)`;
  const local = printLocal(sql, session);
  const minutes = `date_diff('minute', timezone('UTC', ${sql}), ${local})`;
  const hours = `printf('%02d', abs(${minutes}) // 60)`;
  const rest = `CASE WHEN ${minutes} % 60 = 0 THEN '' ELSE printf(':%02d', abs(${minutes}) % 60) END`;
  return `(CAST(${local} AS VARCHAR) || CASE WHEN ${minutes} < 0 THEN '-' ELSE '+' END || ${hours} || ${rest})`;
}
