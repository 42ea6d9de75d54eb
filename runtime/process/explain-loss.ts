import { PlatformError } from '../../spi/index.ts';
import type { ChildHandle } from './spawn-child.ts';

/** What runtimes write when memory runs out. */
const OUT_OF_MEMORY = /out of memory|bad_alloc|cannot allocate memory|allocation failed|heap limit/i;

/** Returns the error for a process that ended under its statement: RESOURCE_MEMORY when that was the cause as far as one can tell. */
export async function explainLoss(
  child: Pick<ChildHandle, 'exited'>,
  lines: readonly string[],
  rssBytesLast: number,
  memoryBytesMax: number,
): Promise<PlatformError> {
  const { code, signal } = await child.exited;
  const details = { exitCode: code, signal };
  if (lines.some((line) => OUT_OF_MEMORY.test(line)) || rssBytesLast > memoryBytesMax * 0.9) {
    return new PlatformError('RESOURCE_MEMORY', `the statement needed more than the ${String(memoryBytesMax)} bytes that it may use`, {
      details,
      hint: 'Read fewer rows or columns, or raise memoryBytesMax of the engine.',
    });
  }
  const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
  return new PlatformError('ENGINE_LOST', `the process that ran the statement ended ${how}; run the statement again`, { details });
}
