import type { DataType } from '../../spi/index.ts';

/** What a function is: decides where in a statement it may stand. */
export type FunctionKind = 'scalar' | 'aggregate' | 'window' | 'table';

/** A type in a signature. Variables (`T`, `K`, `V`) stand for one type per call, `any` for a type of its own in each place;
 *  `lambda<A,B,R>` is a lambda of A and B that gives R;
 *  a decimal's precision and scale are fixed or named (`p`, `s`), names standing for those of the argument. */
export type TypePattern =
  | { readonly kind: 'exact'; readonly type: DataType }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'decimal'; readonly precision: number | string; readonly scale: number | string }
  | { readonly kind: 'list'; readonly element: TypePattern }
  | { readonly kind: 'lambda'; readonly parameters: readonly TypePattern[]; readonly result: TypePattern }
  | { readonly kind: 'map'; readonly key: TypePattern; readonly value: TypePattern };

/** One way to call a function. */
export interface Overload {
  readonly parameters: readonly TypePattern[];
  /** How many of the parameters must be given; the others may be left out from the right. */
  readonly requiredCount: number;
  /** True when the last parameter may be repeated. */
  readonly variadic: boolean;
  readonly result: TypePattern;
  /** The signature as written in the catalogue, for documents and messages. */
  readonly text: string;
}

/** How a function treats NULL arguments: `propagates` gives NULL exactly when an argument is NULL, `never_null` never gives NULL,
 *  `own` follows a rule of its own. */
export type NullBehaviour = 'propagates' | 'never_null' | 'own';

/** A function of the platform. */
export interface FunctionDefinition {
  /** The canonical name, as it stands in plans. */
  readonly name: string;
  readonly kind: FunctionKind;
  /** Lower-case names by which SQL text calls it; empty for what only operators and special forms reach. */
  readonly spellings: readonly string[];
  readonly overloads: readonly Overload[];
  readonly nullBehaviour: NullBehaviour;
  /** False when equal arguments may give different values within one statement's session settings. */
  readonly deterministic: boolean;
  /** One sentence for the reference. */
  readonly summary: string;
}
