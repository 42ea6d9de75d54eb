import { nearestName, parseSnapshotList, PlatformError, printSnapshotList } from '../../spi/index.ts';
import type { Expression, QualifiedName, ResetSetting, SetSetting, SetTimeZone, Span, Use } from '../ast/index.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement, SettingName } from './bound-statement.ts';
import { checkReadPin, parseReadPin } from './read-pin.ts';
import { sameName, schemaName } from './relation-name.ts';

const SETTINGS: Readonly<Record<string, SettingName>> = {
  schema: 'schema',
  search_path: 'schema',
  time_zone: 'time_zone',
  timezone: 'time_zone',
  engine: 'engine',
  timeout_ms: 'timeout_ms',
  result_cache: 'result_cache',
  fresh_views: 'fresh_views',
  snapshot: 'snapshot',
  read_your_writes: 'read_your_writes',
  read_after: 'read_after',
};
/** All settings, each once. */
export const SETTING_NAMES: readonly SettingName[] = [...new Set(Object.values(SETTINGS))];

const SWITCH_TEXT: Readonly<Record<string, string>> = { on: 'on', true: 'on', off: 'off', false: 'off' };
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** Binds `SET name = value`. */
export async function bindSet(state: BinderState, node: SetSetting): Promise<BoundStatement> {
  const name = settingName(state, node.name);
  if (node.value.kind === 'default-value') return { kind: 'set', name, value: null };
  return { kind: 'set', name, value: await checkedValue(state, name, textOf(state, node.value), node.value.span) };
}

/** Binds `RESET name`. */
export function bindReset(state: BinderState, node: ResetSetting): BoundStatement {
  if (node.name === null) throw unsupported(state, 'RESET ALL', node.span, 'Reset settings by name.');
  return { kind: 'set', name: settingName(state, node.name), value: null };
}

/** Binds `SET TIME ZONE value`. */
export async function bindSetTimeZone(state: BinderState, node: SetTimeZone): Promise<BoundStatement> {
  if (node.zone === null) return { kind: 'set', name: 'time_zone', value: null };
  return { kind: 'set', name: 'time_zone', value: await checkedValue(state, 'time_zone', textOf(state, node.zone), node.zone.span) };
}

/** Binds `USE schema`. */
export async function bindUse(state: BinderState, node: Use): Promise<BoundStatement> {
  return { kind: 'set', name: 'schema', value: await knownSchema(state, schemaName(node.schema, state.source), node.span) };
}

/** Returns the setting that a name stands for.
 *  @throws SQL_UNKNOWN_SETTING */
export function settingName(state: BinderState, name: QualifiedName): SettingName {
  const written = name.parts.map((part) => part.name.toLowerCase()).join('.');
  const setting = Object.hasOwn(SETTINGS, written) ? SETTINGS[written] : undefined;
  if (setting !== undefined) return setting;
  const hint = didYouMean(nearestName(written, SETTING_NAMES)) ?? `The settings are ${SETTING_NAMES.join(', ')}.`;
  throw bindError(state, 'SQL_UNKNOWN_SETTING', `no setting of the name ${written}`, name.span, { hint });
}

function textOf(state: BinderState, value: Expression): string {
  if (value.kind === 'string-literal') return value.value;
  if (value.kind === 'number-literal') return value.text;
  if (value.kind === 'boolean-literal') return String(value.value);
  if (value.kind === 'column-reference') return value.parts.map((part) => part.name).join('.');
  throw unsupported(state, 'a setting that is not a constant', value.span);
}

async function checkedValue(state: BinderState, name: SettingName, value: string, span: Span): Promise<string> {
  switch (name) {
    case 'schema':
      return knownSchema(state, value, span);
    case 'time_zone':
      return knownZone(state, value, span);
    case 'engine':
      return value.toLowerCase();
    case 'result_cache':
    case 'fresh_views':
    case 'read_your_writes': {
      const text = SWITCH_TEXT[value.toLowerCase()];
      if (text !== undefined) return text;
      throw bindError(state, 'SQL_INVALID_VALUE', `${name} is on or off, not '${value}'`, span);
    }
    case 'snapshot':
      return checkedPin(state, value, span);
    case 'read_after':
      return listText(state, value, span);
    case 'timeout_ms':
      if (/^\d{1,10}$/.test(value) && Number(value) <= TIMEOUT_MS_MAX) return value;
      throw bindError(
        state,
        'SQL_INVALID_VALUE',
        `timeout_ms is a number of milliseconds up to ${String(TIMEOUT_MS_MAX)}, not '${value}'`,
        span,
      );
  }
}

/** Instants are kept in UTC, so that a later change of the time zone does not move them. */
async function checkedPin(state: BinderState, value: string, span: Span): Promise<string> {
  const { catalog, timeZone } = state.context;
  try {
    const pin = parseReadPin(value, timeZone);
    if (pin.kind === 'instant') return new Date(pin.atMs).toISOString();
    await checkReadPin(pin, catalog);
    for (const { table, snapshotId } of pin.tables) {
      if (snapshotId !== null) await catalog.resolve(table, { kind: 'snapshot', snapshotId });
    }
    return printSnapshotList(pin.tables);
  } catch (error) {
    throw valueError(state, error, span);
  }
}

function listText(state: BinderState, value: string, span: Span): string {
  try {
    return printSnapshotList(parseSnapshotList(value));
  } catch (error) {
    throw valueError(state, error, span);
  }
}

function valueError(state: BinderState, error: unknown, span: Span): Error {
  const { code, message, hint } = PlatformError.from(error, 'INTERNAL_INVARIANT');
  return bindError(state, code === 'REQUEST_INVALID' ? 'SQL_INVALID_VALUE' : code, message, span, { hint });
}

async function knownSchema(state: BinderState, value: string, span: Span): Promise<string> {
  const schemas = await state.context.catalog.schemas();
  const found = schemas.find((schema) => sameName(schema, value));
  if (found !== undefined) return found;
  const hint = didYouMean(nearestName(value, schemas));
  throw bindError(state, 'CATALOG_UNKNOWN_SCHEMA', `no schema of the name ${value}`, span, { hint });
}

/** Intl knows the zones; it takes names without regard to case and gives them back in their own. */
function knownZone(state: BinderState, value: string, span: Span): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: value }).resolvedOptions().timeZone;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const hint = didYouMean(nearestName(value, Intl.supportedValuesOf('timeZone')));
    throw bindError(state, 'SQL_INVALID_VALUE', `'${value}' is not a time zone`, span, { hint });
  }
}
