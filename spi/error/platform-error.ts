import { ERROR_CODES, type ErrorCode, type ErrorCodeSpec, type ErrorKind } from './error-codes.ts';

/** Where in the text of a statement an error was found.
 *  Units: line and column count from 1, in UTF-16 code units; offset and length likewise, from 0. */
export interface SourceLocation {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly length: number;
}

/** What may be told beside code and message. */
export interface PlatformErrorOptions {
  readonly location?: SourceLocation | undefined;
  /** What the user can do about it, as one sentence. */
  readonly hint?: string | undefined;
  /** Machine-readable facts (names, limits, expected tokens). Never secrets, never rows. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The JSON form in which an error crosses a process boundary. */
export interface PlatformErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly location?: SourceLocation;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The one error type of the platform: a stable code, a message that says what was wrong, where, and what to do. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly httpStatus: number;
  readonly retryable: boolean;
  /** True when an outside database is the cause. */
  readonly outside: boolean;
  readonly location: SourceLocation | undefined;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: PlatformErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const spec: ErrorCodeSpec = ERROR_CODES[code];
    this.code = code;
    this.kind = spec.kind;
    this.httpStatus = spec.httpStatus;
    this.retryable = spec.retryable;
    this.outside = spec.outside ?? false;
    this.location = options.location;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /** Returns the form that crosses process boundaries; the cause and the stack stay behind. */
  toJSON(): PlatformErrorJson {
    return {
      code: this.code,
      message: this.message,
      ...(this.location === undefined ? {} : { location: this.location }),
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(Object.keys(this.details).length === 0 ? {} : { details: this.details }),
    };
  }

  /** Rebuilds an error from its JSON form. */
  static fromJSON(json: PlatformErrorJson): PlatformError {
    return new PlatformError(json.code, json.message, json);
  }

  /** Returns the error itself when it is coded, else wraps it under the given code, keeping it as the cause. */
  static from(error: unknown, code: ErrorCode): PlatformError {
    if (error instanceof PlatformError) return error;
    return new PlatformError(code, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
