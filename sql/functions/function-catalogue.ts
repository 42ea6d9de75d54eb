import { nearestName } from '../../spi/index.ts';
import { AGGREGATE_FUNCTIONS } from './aggregate-functions.ts';
import { CONDITIONAL_FUNCTIONS } from './conditional-functions.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { NESTED_FUNCTIONS } from './nested-functions.ts';
import { NUMERIC_FUNCTIONS } from './numeric-functions.ts';
import { OPERATOR_FUNCTIONS } from './operator-functions.ts';
import { TABLE_FUNCTIONS } from './table-functions.ts';
import { TEMPORAL_FUNCTIONS } from './temporal-functions.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { WINDOW_FUNCTIONS } from './window-functions.ts';

/** Every function of the platform. Scalar, aggregate and window functions share one space of names and spellings; table functions have their own. */
export const FUNCTIONS: readonly FunctionDefinition[] = [
  ...OPERATOR_FUNCTIONS,
  ...CONDITIONAL_FUNCTIONS,
  ...NUMERIC_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...TEMPORAL_FUNCTIONS,
  ...NESTED_FUNCTIONS,
  ...AGGREGATE_FUNCTIONS,
  ...WINDOW_FUNCTIONS,
  ...TABLE_FUNCTIONS,
];

const inExpressions = FUNCTIONS.filter((entry) => entry.kind !== 'table');
const expressionsByName = new Map(inExpressions.map((entry) => [entry.name, entry]));
const expressionsBySpelling = bySpelling(inExpressions);
const tablesBySpelling = bySpelling(FUNCTIONS.filter((entry) => entry.kind === 'table'));

/** Returns the scalar, aggregate or window function with a canonical name, or null. */
export function functionByName(name: string): FunctionDefinition | null {
  return expressionsByName.get(name) ?? null;
}

/** Returns the scalar, aggregate or window function that SQL text calls by a name (any case), or null. */
export function functionBySpelling(spelling: string): FunctionDefinition | null {
  return expressionsBySpelling.get(spelling.toLowerCase()) ?? null;
}

/** Returns the table function that SQL text calls by a name (any case), or null. */
export function tableFunctionBySpelling(spelling: string): FunctionDefinition | null {
  return tablesBySpelling.get(spelling.toLowerCase()) ?? null;
}

/** Returns the callable name nearest to a misspelt one, or null. */
export function nearestFunction(spelling: string): string | null {
  return nearestName(spelling, expressionsBySpelling.keys());
}

function bySpelling(definitions: readonly FunctionDefinition[]): ReadonlyMap<string, FunctionDefinition> {
  return new Map(definitions.flatMap((entry) => entry.spellings.map((spelling): [string, FunctionDefinition] => [spelling, entry])));
}
