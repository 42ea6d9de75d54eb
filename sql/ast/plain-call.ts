import type { Expression } from './expression.ts';
import type { FunctionCall } from './function-call.ts';
import type { Span } from './identifier.ts';

/** Where the words of a call stand that the text writes in another form. */
interface CallPlace {
  readonly span: Span;
  /** Where its name stands. Default the whole call. */
  readonly nameSpan?: Span;
}

/** Builds a call of a function by its arguments in order, without any clause. */
export function plainCall(name: string, values: readonly Expression[], { span, nameSpan = span }: CallPlace): FunctionCall {
  return {
    kind: 'function-call',
    name: { kind: 'qualified-name', parts: [{ kind: 'identifier', name, quoted: false, span: nameSpan }], span: nameSpan },
    arguments: values.map((value) => ({ kind: 'function-argument', name: null, value, span: value.span })),
    star: false,
    distinct: false,
    orderBy: [],
    withinGroup: [],
    filter: null,
    nullTreatment: null,
    over: null,
    span,
  };
}
