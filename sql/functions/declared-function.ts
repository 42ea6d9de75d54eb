import type { DataType } from '../../spi/index.ts';
import type { Expression, Query } from '../ast/index.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** A function that is none of the platform's own: a plugin declares it. */
export interface DeclaredFunction {
  /** Its name is `namespace.name`, in lower case. */
  readonly definition: FunctionDefinition;
  /** Names by which the body reads the arguments. */
  readonly parameters: readonly string[];
  readonly determinism: 'immutable' | 'stable' | 'volatile';
  readonly body: FunctionBody;
  /** Name and version of the plugin. */
  readonly origin: string;
}

/** The text that computes a function, with its tree: a query for a table function, else an expression. */
export type FunctionBody = {
  readonly text: string;
  /** Where unqualified names of relations are looked up. */
  readonly defaultSchema: string;
} & ({ readonly tree: Expression; readonly columns: null } | { readonly tree: Query; readonly columns: readonly FunctionColumn[] });

/** A column of the rows of a table function. */
export interface FunctionColumn {
  readonly name: string;
  readonly type: DataType;
}

/** Finds a function by namespace and name, both in lower case; null when there is none. */
export interface FunctionSource {
  find(namespace: string, name: string): DeclaredFunction | null;
  list(): readonly DeclaredFunction[];
}
