import { defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** Functions that choose among their arguments. CASE is a node of its own in plans. */
export const CONDITIONAL_FUNCTIONS: readonly FunctionDefinition[] = [
  defineFunction('scalar', 'coalesce', ['T... -> T'], 'The first argument that is not NULL.', { also: ['ifnull', 'nvl'], nulls: 'own' }),
  defineFunction(
    'scalar',
    'nullif',
    ['T, T -> T'],
    'NULL when the arguments are equal, else the first; of exact numbers in its own type.',
    { nulls: 'own' },
  ),
  defineFunction(
    'scalar',
    'if',
    ['boolean, T, [T] -> T'],
    'The second argument when the first is true, else the third (NULL without one).',
    {
      also: ['iff'],
      nulls: 'own',
    },
  ),
  defineFunction('scalar', 'greatest', ['T... -> T'], 'The greatest argument; NULLs are skipped.', { nulls: 'own' }),
  defineFunction('scalar', 'least', ['T... -> T'], 'The least argument; NULLs are skipped.', { nulls: 'own' }),
];
