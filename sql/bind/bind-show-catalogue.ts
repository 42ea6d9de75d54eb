import type { ShowObjects, ShowSetting } from '../ast/index.ts';
import { FUNCTIONS } from '../functions/index.ts';
import { settingName, SETTING_NAMES } from './bind-setting.ts';
import type { BinderState } from './binder-state.ts';
import type { SettingName, VirtualRelation } from './bound-statement.ts';
import { PROCEDURES } from './procedures.ts';

/** Returns what SHOW FUNCTIONS, SHOW PROCEDURES, SHOW SESSION and SHOW SETTINGS list; null for other subjects. */
export function shownCatalogue(state: BinderState, subject: ShowObjects['subject']): VirtualRelation | null {
  switch (subject) {
    case 'functions': {
      const declared = (state.context.functions?.list() ?? []).map(({ definition }) => definition);
      return texts(
        ['name', 'kind', 'spellings', 'summary'],
        [...FUNCTIONS, ...declared]
          .filter(({ spellings }) => spellings.length > 0)
          .map(({ name, kind, spellings, summary }) => [spellings[0] ?? name, kind, spellings.join(', '), summary]),
      );
    }
    case 'procedures':
      return texts(
        ['name', 'parameters', 'summary'],
        PROCEDURES.map(({ name, parameters, summary }) => [
          name,
          parameters.map((parameter) => `${parameter.name} ${parameter.type}${parameter.required ? '' : ' (optional)'}`).join(', '),
          summary,
        ]),
      );
    case 'session':
    case 'settings':
      return texts(
        ['name', 'value'],
        SETTING_NAMES.map((name) => [name, valueOf(state, name)]),
      );
    default:
      return null;
  }
}

/** Returns what `SHOW setting` answers: one row.
 *  @throws SQL_UNKNOWN_SETTING */
export function shownSetting(state: BinderState, node: ShowSetting): VirtualRelation {
  const name = settingName(state, node.name);
  return texts([name], [[valueOf(state, name)]]);
}

function valueOf(state: BinderState, name: SettingName): string | null {
  const { context } = state;
  if (name === 'schema') return context.schema;
  if (name === 'time_zone') return context.timeZone;
  return context.settings?.[name] ?? null;
}

function texts(names: readonly string[], rows: readonly (readonly (string | null)[])[]): VirtualRelation {
  return { columns: names.map((name) => ({ name, type: 'varchar' })), rows };
}
