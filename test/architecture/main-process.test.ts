import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, textOf } from './repository.ts';

/** The program that people start, and with it the process that holds the gateway. */
const MAIN = 'cli/main.ts';

/** What may be loaded only in child processes: libduckdb and whatever calls it. */
const CHILDREN_ONLY = /^(runtime\/duckdb\/|@duckdb\/|koffi$)/;

/** Returns what a module loads when it runs: imports of types alone are erased, all others stay. */
function loadedBy(path: string, text: string): string[] {
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\s+(?!type\s)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm),
    ...text.matchAll(/\bimport\('([^']+)'\)/g),
  ].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => (specifier.startsWith('.') ? join(dirname(path), specifier) : specifier));
}

/** Returns the chains of imports by which a module loads what only children may load. */
function chainsToChildrenOnly(entry: string, textAt: (path: string) => string): string[] {
  const chains: string[] = [];
  const seen = new Set<string>([entry]);
  const visit = (path: string, chain: readonly string[]): void => {
    for (const loaded of loadedBy(path, textAt(path))) {
      if (seen.has(loaded)) continue;
      seen.add(loaded);
      if (CHILDREN_ONLY.test(loaded)) chains.push([...chain, loaded].join(' -> '));
      else if (existsSync(join(ROOT, loaded)) && loaded.endsWith('.ts')) visit(loaded, [...chain, loaded]);
    }
  };
  visit(entry, [entry]);
  return chains;
}

describe('the main process', () => {
  test('never loads libduckdb', () => {
    expect(chainsToChildrenOnly(MAIN, textOf)).toEqual([]);
  });

  test('would be reported when a part of it did (mutant)', () => {
    const faulty = (path: string): string =>
      path === 'runtime/process/warm-pool.ts' ? "import {\n  type Database,\n  open,\n} from '../duckdb/index.ts';\n" : textOf(path);
    expect(chainsToChildrenOnly(MAIN, faulty)).toHaveLength(1);
  });

  test('may know the types of what its children do', () => {
    const typed = (path: string): string =>
      path === MAIN ? "import type { Database } from '../runtime/duckdb/index.ts';\n" : textOf(path);
    expect(chainsToChildrenOnly(MAIN, typed)).toEqual([]);
  });
});
