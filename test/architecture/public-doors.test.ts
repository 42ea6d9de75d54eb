import { dirname, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, PRODUCT, ROOT, textOf } from './repository.ts';

/** Folders inside of others that may be entered by a door of their own, without all that is beside them. */
const SIDE_DOORS: ReadonlySet<string> = new Set(['sql-gateway/engine']);

/** Folders whose `index.ts` is the only way in from elsewhere. */
const DOORS = new Set(
  filesOf(PRODUCT, '/index.ts')
    .map((path) => dirname(path))
    .filter((folder) => !SIDE_DOORS.has(folder)),
);

/** Returns the door of the outermost folder that holds the file and not the importer, or null where there is none. */
function doorBetween(importer: string, target: string): string | null {
  const side = [...SIDE_DOORS].find((folder) => target === `${folder}/index.ts` && !importer.startsWith(`${folder}/`));
  if (side !== undefined) return `${side}/index.ts`;
  const parts = target.split('/');
  for (let length = 1; length < parts.length; length++) {
    const folder = parts.slice(0, length).join('/');
    if (DOORS.has(folder) && !importer.startsWith(`${folder}/`)) return `${folder}/index.ts`;
  }
  return null;
}

/** Returns the imports of a file that climb through a window instead of the door. */
function windowImports(importer: string, text: string): string[] {
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)]
    .map((match) => relative(ROOT, resolve(ROOT, dirname(importer), match[1] ?? '')).replaceAll('\\', '/'))
    .filter((target) => {
      const door = doorBetween(importer, target);
      return door !== null && door !== target;
    })
    .map((target) => `${importer} imports ${target}`);
}

describe('a folder with a door', () => {
  test('is entered through it', () => {
    const faults = filesOf(PRODUCT, '.ts').flatMap((importer) => windowImports(importer, textOf(importer)));
    expect(faults).toEqual([]);
  });

  test('would be reported when it is entered elsewhere (mutant)', () => {
    expect(windowImports('storage/scan/plan-scan.ts', "import { FrameQueue } from '../../runtime/process/frame-queue.ts';")).toHaveLength(
      1,
    );
    expect(windowImports('storage/scan/plan-scan.ts', "import { spawnChild } from '../../runtime/process/index.ts';")).toEqual([]);
  });
});
