import { type ErrorCode, PlatformError } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import { locate } from '../lex/index.ts';

/** A text with names in it, and where unqualified ones are looked up. */
export interface SourceText {
  readonly text: string;
  readonly defaultSchema: string;
  /** Set inside a view: errors there name the view and point to its use. The same for the body of a function. */
  readonly view: TextOfName | null;
}

/** A view or function whose text it is, and where that is used. */
export interface TextOfName {
  readonly name: string;
  /** Left out for a view. */
  readonly kind?: 'function';
  readonly use: { readonly source: SourceText; readonly span: Span };
}

/** What knows the text that spans point into. */
export interface Located {
  readonly source: SourceText;
}

/** Options of an error found while binding. */
export interface BindErrorOptions {
  readonly hint?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Makes an error at a place of the statement. Inside a view it names the view and points to where the statement uses it. */
export function bindError(place: Located, code: ErrorCode, message: string, span: Span, options: BindErrorOptions = {}): PlatformError {
  return errorIn(place.source, code, message, span, options);
}

/** Makes the error that something understood is not supported. */
export function unsupported(place: Located, what: string, span: Span, hint?: string): PlatformError {
  return bindError(place, 'SQL_UNSUPPORTED', `${what} is not supported`, span, { hint });
}

/** Makes an error at a place of a text that is known before binding starts. */
export function errorIn(source: SourceText, code: ErrorCode, message: string, span: Span, options: BindErrorOptions = {}): PlatformError {
  if (source.view !== null) {
    const { name, use, kind = 'view' } = source.view;
    const { line, column } = locate(source.text, span.start, span.end);
    const place = `in ${kind} ${name} (line ${String(line)}, column ${String(column)} of its text): ${message}`;
    return errorIn(use.source, code, place, use.span, options);
  }
  return new PlatformError(code, message, { location: locate(source.text, span.start, span.end), ...options });
}

/** Returns the hint that proposes a name, or undefined without one. */
export function didYouMean(name: string | null): string | undefined {
  return name === null ? undefined : `Did you mean ${name}?`;
}
