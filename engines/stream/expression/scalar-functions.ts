import { ARITHMETIC_FUNCTIONS } from './arithmetic-functions.ts';
import { compileCast } from './compile-cast.ts';
import type { CallCompiler, ExpressionRules } from './expression-compiler.ts';
import { LOGIC_FUNCTIONS } from './logic-functions.ts';
import { TEMPORAL_FUNCTIONS } from './temporal-functions.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { WINDOW_FUNCTIONS } from './window-functions.ts';

/** The scalar functions that streams have, by canonical name. */
export const SCALAR_FUNCTIONS: ReadonlyMap<string, CallCompiler> = new Map(
  Object.entries({ ...LOGIC_FUNCTIONS, ...ARITHMETIC_FUNCTIONS, ...TEXT_FUNCTIONS, ...TEMPORAL_FUNCTIONS, ...WINDOW_FUNCTIONS }),
);

/** How streams compute expressions. */
export const EXPRESSION_RULES: ExpressionRules = { functions: SCALAR_FUNCTIONS, cast: compileCast };
