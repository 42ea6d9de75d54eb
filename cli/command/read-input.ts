import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { PlatformError } from '../../spi/index.ts';
import type { CommandIo } from './command.ts';

/** Returns the text of a file that a command was given, for `-` that of the standard input.
 *  @throws STORAGE_FILE when it cannot be read */
export async function readInput(file: string, io: CommandIo): Promise<string> {
  if (file === '-') return text(io.stdin);
  try {
    return readFileSync(resolve(io.workingDirectory, file), 'utf8');
  } catch (error) {
    throw new PlatformError('STORAGE_FILE', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
