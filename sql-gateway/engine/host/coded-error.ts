import { ERROR_CODES, type ErrorCode, PlatformError, type PlatformErrorJson } from '../../../spi/index.ts';

/** What JavaScript throws when a buffer finds no room. */
const OUT_OF_MEMORY = /allocation failed/i;

const OF_PROCESS = { memoryOf: 'process' } as const;

/** Returns what a plugin threw as an error that can cross to the server. A plugin may come with a copy of the SPI of its own, whose errors are
 *  known by their form; what is none becomes ENGINE_FAILED. */
export function codedError(thrown: unknown): PlatformError {
  if (isCoded(thrown)) {
    const { code, message, location, hint } = thrown;
    return new PlatformError(code, message, { location, hint, details: plainDetails(thrown.details), cause: thrown });
  }
  if (thrown instanceof RangeError && OUT_OF_MEMORY.test(thrown.message)) {
    return new PlatformError('RESOURCE_MEMORY', `the engine has no memory left: ${thrown.message}`, { details: OF_PROCESS, cause: thrown });
  }
  const message = thrown instanceof Error ? thrown.message : `the engine threw ${describe(thrown)}, which is no error`;
  return new PlatformError('ENGINE_FAILED', message, { cause: thrown });
}

/** Tells whether the memory that ran out is that of the engine's process as a whole. */
export function isOutOfProcessMemory({ code, details }: PlatformError): boolean {
  return code === 'RESOURCE_MEMORY' && details['memoryOf'] === OF_PROCESS.memoryOf;
}

function isCoded(thrown: unknown): thrown is PlatformErrorJson {
  if (typeof thrown !== 'object' || thrown === null) return false;
  const { name, code, message } = thrown as Readonly<Record<string, unknown>>;
  return name === 'PlatformError' && typeof code === 'string' && isErrorCode(code) && typeof message === 'string';
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

/** Details that are not JSON stay behind: the error itself must get through. */
function plainDetails(details: PlatformErrorJson['details']): PlatformErrorJson['details'] {
  try {
    return details === undefined ? undefined : (JSON.parse(JSON.stringify(details)) as PlatformErrorJson['details']);
  } catch {
    return undefined;
  }
}

function describe(thrown: unknown): string {
  try {
    return String(thrown).slice(0, 200);
  } catch {
    return typeof thrown;
  }
}
