import { nearestName } from '../../spi/index.ts';
import type { QualifiedName, Span } from '../ast/index.ts';
import type { DeclaredFunction } from '../functions/index.ts';
import { bindError, didYouMean, type Located, type SourceText, unsupported } from './bind-error.ts';
import type { BindContext } from './bound-statement.ts';

/** Returns the function of a name with a namespace; null when there is none. */
export function findFunction({ functions }: Pick<BindContext, 'functions'>, { parts }: QualifiedName): DeclaredFunction | null {
  const [namespace, name, ...more] = parts.map((part) => part.name.toLowerCase());
  if (namespace === undefined || name === undefined || more.length > 0) return null;
  return functions?.find(namespace, name) ?? null;
}

/** Where a function is called. */
interface Caller extends Located {
  readonly context: Pick<BindContext, 'functions'>;
}

/** Returns the function of a name with a namespace, as one of the kinds that may stand where it is called.
 *  @throws SQL_UNKNOWN_FUNCTION with the nearest name, SQL_UNSUPPORTED for a table function in an expression or another one in FROM */
export function functionOfName(state: Caller, name: QualifiedName, place: 'expression' | 'FROM'): DeclaredFunction {
  const written = name.parts.map((part) => part.name).join('.');
  const found = findFunction(state.context, name);
  if (found === null) {
    const known = (state.context.functions?.list() ?? []).map(({ definition }) => definition.name);
    const hint = didYouMean(nearestName(written.toLowerCase(), known)) ?? "The platform's own functions have no namespace.";
    throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `no function of the name ${written}`, name.span, { hint });
  }
  const isTable = found.definition.kind === 'table';
  if (isTable === (place === 'FROM')) return found;
  if (isTable) throw unsupported(state, `the table function ${written} in an expression`, name.span, `Write FROM ${written}(..) AS x.`);
  throw unsupported(state, `${written}, which is no table function, in FROM`, name.span, `Write SELECT ${written}(..).`);
}

/** Returns the body of a function as a place to point into. */
export function functionSource({ definition, body }: DeclaredFunction, source: SourceText, span: Span): SourceText {
  return { text: body.text, defaultSchema: body.defaultSchema, view: { name: definition.name, kind: 'function', use: { source, span } } };
}

/** Returns whether a text is a part of the function's own body. */
export function isWithin({ definition }: DeclaredFunction, source: SourceText): boolean {
  for (let { view } = source; view !== null; { view } = view.use.source) {
    if (view.kind === 'function' && view.name === definition.name) return true;
  }
  return false;
}
