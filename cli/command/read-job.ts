import { extname } from 'node:path';
import { parse } from 'yaml';
import { PlatformError } from '../../spi/index.ts';
import type { JobDescription } from '../client/job-client.ts';
import type { CommandIo } from './command.ts';
import { readInput } from './read-input.ts';

/** What a file says about a job. */
export interface JobFile {
  readonly job: JobDescription;
  /** The script, for errors to point into; empty for a description. */
  readonly sql: string;
}

/** Endings of files that describe a job; all others hold a script. */
const DESCRIPTIONS = ['.yaml', '.yml', '.json'];

/** Reads a job: a script, from a file or for `-` from the standard input, or a description as YAML or JSON.
 *  @throws STORAGE_FILE when it cannot be read, CONFIG_INVALID for a description that is none */
export async function readJob(file: string, io: CommandIo): Promise<JobFile> {
  const content = await readInput(file, io);
  if (!DESCRIPTIONS.includes(extname(file).toLowerCase())) return { job: { sql: content }, sql: content };
  const job = parseDescription(content, file);
  if (typeof job === 'object' && job !== null && !Array.isArray(job)) return { job: job as JobDescription, sql: '' };
  throw new PlatformError('CONFIG_INVALID', `${file}: expected keys and values that describe a job`, {
    hint: 'The page docs/jobs.md has examples.',
  });
}

function parseDescription(content: string, file: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    throw new PlatformError('CONFIG_INVALID', `${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
