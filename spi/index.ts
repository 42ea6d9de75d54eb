export { ERROR_CODES, type ErrorCode, type ErrorCodeSpec, type ErrorKind } from './error/error-codes.ts';
export { PlatformError, type PlatformErrorJson, type PlatformErrorOptions, type SourceLocation } from './error/platform-error.ts';
export { assert, unreachable } from './error/assert.ts';
