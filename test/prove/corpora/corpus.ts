import { existsSync, readFileSync } from 'node:fs';
import { PlatformError } from '../../../spi/index.ts';

/** One statement of a corpus. */
export interface CorpusStatement {
  readonly id: string;
  readonly sql: string;
}

/** Names of the corpora whose tables can be generated. */
export type Benchmark = 'tpch' | 'tpcds';

const FOLDER = new URL('../../../../shared/corpora/', import.meta.url);

/** Returns the statements of a corpus.
 *  @throws STORAGE_FILE when the folder of corpora does not lie beside the repository. */
export function readCorpus(name: Benchmark | 'nexmark'): CorpusStatement[] {
  return readFile(name) as CorpusStatement[];
}

/** Returns the statements that define the tables of a corpus.
 *  @throws STORAGE_FILE when the folder of corpora does not lie beside the repository. */
export function readSchema(name: Benchmark): string[] {
  return readFile(`${name}-schema`) as string[];
}

function readFile(name: string): unknown {
  const file = new URL(`${name}.json`, FOLDER);
  if (!existsSync(file)) {
    throw new PlatformError(
      'STORAGE_FILE',
      `The query corpus ${name}.json is missing: it is read from shared/corpora beside the repository.`,
    );
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}
