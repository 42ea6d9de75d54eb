import type { FunctionArgument } from './function-call.ts';
import type { Identifier, QualifiedName, Span } from './identifier.ts';

/** `CREATE [OR REPLACE] [TEMPORARY] FUNCTION [IF NOT EXISTS] name AS 'class' [LANGUAGE name]`. */
export interface CreateFunction {
  readonly kind: 'create-function';
  readonly name: QualifiedName;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  /** What implements it: a class or a symbol. */
  readonly implementation: string;
  readonly language: Identifier | null;
  readonly span: Span;
}

/** `CALL procedure(arguments)`. */
export interface Call {
  readonly kind: 'call';
  readonly procedure: QualifiedName;
  readonly arguments: readonly FunctionArgument[];
  readonly span: Span;
}
