import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, ROOT, textOf } from './repository.ts';

const documents = [
  ...filesOf(['docs'], '.md'),
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].filter((path) => existsSync(join(ROOT, path))),
];

/** Returns the relative links of a document that lead nowhere, headings of the linked document included. */
function deadLinks(path: string, text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', heading] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(ROOT, target))) return true;
      return heading !== undefined && target.endsWith('.md') && !headingsOf(target === path ? text : textOf(target)).includes(heading);
    })
    .map((link) => `${path}: ${link}`);
}

function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}

/** Returns the scripts and proofs that a document tells people to run and that are not there. */
function deadCommands(path: string, text: string): string[] {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const registries = { prove: textOf('test/prove/registry.ts'), bench: textOf('bench/registry.ts') };
  const faults: string[] = [];
  for (const [command, script = '', name] of text.matchAll(/npm run (?:-s )?([a-z:-]+)(?: -- ([a-z][a-z0-9-]*))?/g)) {
    const known =
      Object.hasOwn(scripts, script) &&
      (!(script === 'prove' || script === 'bench') || name === undefined || registries[script].includes(`'${name}'`));
    if (!known) faults.push(`${path}: ${command}`);
  }
  return faults;
}

/** Returns the sections of a document that give a measured figure without the command that reproduces it. */
function figuresWithoutCommand(path: string, text: string): string[] {
  return withoutCode(text)
    .split(/^(?=#+ )/m)
    .filter(
      (section) =>
        /\d\s?(ms|us|µs|GB\/s|MB\/s|(M )?(rows|events|requests)\/s)\b/.test(section) &&
        !/`[^`]*\bnpm (run|test|ci)\b|`[^`]*\b(bench|prove)\b/.test(section),
    )
    .map((section) => `${path}: ${section.split('\n')[0] ?? ''}`);
}

describe('every document', () => {
  test('has links that lead somewhere', () => {
    expect(documents.flatMap((path) => deadLinks(path, textOf(path)))).toEqual([]);
  });

  test('names commands that exist', () => {
    expect(documents.flatMap((path) => deadCommands(path, textOf(path)))).toEqual([]);
  });

  test('names the command beside each measured figure', () => {
    expect(documents.flatMap((path) => figuresWithoutCommand(path, textOf(path)))).toEqual([]);
  });

  test.each([
    ['a dead link', deadLinks('docs/a.md', 'See [there](nowhere.md).')],
    ['a dead heading', deadLinks('docs/a.md', '# One\nSee [there](#two).')],
    ['a script that is not there', deadCommands('docs/a.md', '`npm run nothing`')],
    ['a proof that is not there', deadCommands('docs/a.md', '`npm run prove -- nothing`')],
    ['a figure out of nowhere', figuresWithoutCommand('docs/a.md', '## Speed\nIt takes 5 ms.')],
  ])('would be reported for %s (mutant)', (_what, faults) => {
    expect(faults).toHaveLength(1);
  });
});
