import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, PRODUCT, SOURCE, textOf } from './repository.ts';

const LINES_MAX = 400;
const LINES_MEDIAN_MAX = 120;
const LINES_90TH_PERCENTILE_MAX = 300;
/** Names that say that something is kept, and not what. */
const BANNED_NAMES = ['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'misc', 'types', 'base', 'impl'];
const BANNED_ENDINGS = ['utils', 'util', 'helpers', 'helper', 'manager', 'misc', 'impl'];

/** Returns what is wrong with a file's name, or null. */
function nameFault(path: string): string | null {
  const name = basename(path).replace(/(\.(test|config|d))?\.(ts|mjs|cjs)$/, '');
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return `${path}: not in kebab-case`;
  const parts = path.split('/').map((part) => part.replace(/\..*$/, ''));
  const banned = parts.find((part) => BANNED_NAMES.includes(part) || BANNED_ENDINGS.includes(part.split('-').at(-1) ?? ''));
  return banned === undefined ? null : `${path}: the name says ${banned}, not what is in it`;
}

/** Returns what is wrong with a file's text, or null. */
function textFault(path: string, text: string): string | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '').length;
  if (lines > LINES_MAX) return `${path}: ${lines} lines, limit ${LINES_MAX}`;
  if (/^export \* /m.test(text)) return `${path}: export * hides what is exported`;
  if (/\b(TODO|FIXME|XXX|HACK)\b/.test(text)) return `${path}: a note of unfinished work`;
  return null;
}

const sources = filesOf(SOURCE, '.ts', '.mjs').filter((path) => path !== 'test/architecture/file-shape.test.ts');

describe('every source file', () => {
  test('has a name that says what is in it', () => {
    expect(sources.map(nameFault).filter((fault) => fault !== null)).toEqual([]);
  });

  test('is short, exports by name, and is finished', () => {
    expect(sources.map((path) => textFault(path, textOf(path))).filter((fault) => fault !== null)).toEqual([]);
  });

  test.each([
    ['a collective name', nameFault('sql/bind/bind-utils.ts')],
    ['a collective folder', nameFault('sql/common/lexer.ts')],
    ['camel case', nameFault('sql/bindExpression.ts')],
    ['a long file', textFault('sql/a.ts', 'run();\n'.repeat(LINES_MAX + 1))],
    ['a blanket export', textFault('sql/index.ts', "export * from './lexer.ts';\n")],
    ['an unfinished note', textFault('sql/a.ts', '// TODO later\n')],
  ])('would be reported for %s (mutant)', (_what, fault) => {
    expect(fault).not.toBeNull();
  });
});

describe('the product as a whole', () => {
  test('is made of short files', () => {
    const lines = filesOf(PRODUCT, '.ts')
      .map((path) => textOf(path).split('\n').length - 1)
      .sort((left, right) => left - right);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(LINES_MEDIAN_MAX);
    expect(lines[Math.floor(lines.length * 0.9)]).toBeLessThanOrEqual(LINES_90TH_PERCENTILE_MAX);
  });
});
