import { nearestName, PlatformError } from '../../spi/index.ts';
import type { BoundStatement, SettingName } from '../../sql/bind/index.ts';
import { answerDone } from './answer-small.ts';
import { isTimeZone, parseTimeoutMs } from './session-value.ts';
import type { StatementContext } from './statement-context.ts';
import type { SessionChange, StatementOutcome } from './statement-request.ts';

const SESSION_KEYS = {
  schema: 'schema',
  time_zone: 'timeZone',
  engine: 'engine',
  timeout_ms: 'timeoutMs',
  result_cache: 'resultCache',
  fresh_views: 'freshViews',
  snapshot: 'snapshot',
  read_your_writes: 'readYourWrites',
  read_after: 'readAfter',
} as const satisfies Readonly<Record<SettingName, SessionChange['name']>>;

/** Checks a new setting and hands it to the client, which sends it along from now on: the server keeps no sessions.
 *  @throws CATALOG_UNKNOWN_SCHEMA, ENGINE_UNKNOWN, SQL_INVALID_VALUE */
export async function executeSet(
  { name, value }: Extract<BoundStatement, { kind: 'set' }>,
  context: StatementContext,
): Promise<StatementOutcome> {
  const key = SESSION_KEYS[name];
  if (value === null) return answerDone(`reset ${name}`, { name: key, value: null });
  await checkSetting(name, value, context);
  return answerDone(`set ${name} to ${value}`, { name: key, value });
}

async function checkSetting(name: SettingName, value: string, context: StatementContext): Promise<void> {
  switch (name) {
    case 'schema': {
      const schemas = await context.catalog.schemas();
      if (schemas.some((schema) => schema.toLowerCase() === value.toLowerCase())) return;
      const nearest = nearestName(value, schemas);
      throw new PlatformError('CATALOG_UNKNOWN_SCHEMA', `There is no schema '${value}'.`, {
        hint: nearest === null ? undefined : `Did you mean '${nearest}'?`,
      });
    }
    case 'result_cache':
    case 'fresh_views':
    case 'snapshot':
    case 'read_your_writes':
    case 'read_after':
      // The binder has checked the value.
      return;
    case 'engine':
      context.engines.get(value);
      return;
    case 'time_zone':
      if (isTimeZone(value)) return;
      throw new PlatformError('SQL_INVALID_VALUE', `'${value}' is not a time zone.`, { hint: "Use an IANA name such as 'Europe/Berlin'." });
    case 'timeout_ms':
      if (parseTimeoutMs(value) !== null) return;
      throw new PlatformError('SQL_INVALID_VALUE', `'${value}' is not a time in whole milliseconds from 1.`);
  }
}
