import type { TimeTravel } from '../../spi/index.ts';
import type { Expression, TableVersion } from '../ast/index.ts';
import { errorIn, type SourceText } from './bind-error.ts';
import type { BindContext } from './bound-statement.ts';
import { parseTimestampTz, timestampTzMs } from './time-text.ts';

/** Returns the version of a table that FOR VERSION (TIMESTAMP, SYSTEM_TIME) AS OF asks for. Only constants may stand there.
 *  @throws SQL_INVALID_VALUE, SQL_UNSUPPORTED */
export function timeTravelOf(version: TableVersion, source: SourceText, context: BindContext): TimeTravel {
  const text = constantText(version.value);
  if (text === null) {
    throw errorIn(source, 'SQL_UNSUPPORTED', 'AS OF anything but a constant is not supported', version.value.span, {
      hint: 'Write a snapshot id or a timestamp.',
    });
  }
  if (version.by === 'version') {
    if (/^\d{1,19}$/.test(text)) return { kind: 'snapshot', snapshotId: text };
    if (version.value.kind === 'string-literal' && text !== '') return { kind: 'reference', name: text };
    throw errorIn(source, 'SQL_INVALID_VALUE', `'${text}' is not a snapshot id`, version.value.span);
  }
  const instant = parseTimestampTz(text, context.timeZone);
  if (instant === null) throw errorIn(source, 'SQL_INVALID_VALUE', `'${text}' is not a timestamp`, version.value.span);
  return { kind: 'timestamp', atMs: timestampTzMs(instant) };
}

function constantText(value: Expression): string | null {
  if (value.kind === 'number-literal') return value.text;
  if (value.kind === 'string-literal' || value.kind === 'typed-literal') return value.value;
  return null;
}
