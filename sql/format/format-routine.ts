import type { Call, CreateFunction } from '../ast/index.ts';
import { formatFunctionArgument } from './format-function-call.ts';
import { formatIdentifier, formatQualifiedName, formatString } from './format-name.ts';
import type { FormatRules } from './format-rules.ts';

/** Prints a CREATE FUNCTION statement. */
export function formatCreateFunction({ name, orReplace, temporary, ifNotExists, implementation, language }: CreateFunction): string {
  const words = ['CREATE', ...(orReplace ? ['OR REPLACE'] : []), ...(temporary ? ['TEMPORARY'] : []), 'FUNCTION'];
  const exists = ifNotExists ? 'IF NOT EXISTS ' : '';
  const suffix = language === null ? '' : ` LANGUAGE ${formatIdentifier(language)}`;
  return `${words.join(' ')} ${exists}${formatQualifiedName(name)} AS ${formatString(implementation)}${suffix}`;
}

/** Prints a CALL statement. */
export function formatCall(rules: FormatRules, { procedure, arguments: list }: Call): string {
  return `CALL ${formatQualifiedName(procedure)}(${list.map((argument) => formatFunctionArgument(rules, argument)).join(', ')})`;
}
