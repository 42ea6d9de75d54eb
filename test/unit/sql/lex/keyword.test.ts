import { describe, expect, it } from 'vitest';
import { KEYWORDS, tokenize } from '../../../../sql/lex/index.ts';

const terminalOf = (text: string): string | undefined => tokenize(text)[0]?.terminal;

// That every word the parser compares with is a keyword is told by the types: its tests take a `Keyword` only.
describe('keywords', () => {
  it('stand in the list once, in order within their letter', () => {
    expect(KEYWORDS).toEqual([...new Set(KEYWORDS)]);
    expect([...KEYWORDS].sort().map((word) => word.charAt(0))).toEqual(KEYWORDS.map((word) => word.charAt(0)));
  });

  it('are recognised in any case', () => {
    for (const keyword of KEYWORDS) {
      for (const text of [keyword, keyword.toLowerCase(), keyword.charAt(0) + keyword.slice(1).toLowerCase()]) {
        expect(tokenize(text)[0]).toEqual({ kind: 'word', terminal: keyword, value: keyword, start: 0, end: text.length });
      }
    }
  });

  it('are not recognised in a longer or shorter word, in quotes, or spelt with letters beyond ASCII', () => {
    const words = new Set<string>(KEYWORDS);
    for (const keyword of KEYWORDS) {
      for (const text of [`${keyword}_`, `${keyword}1`, `${keyword}$`, `_${keyword}`, `"${keyword}"`, `\`${keyword}\``, `${keyword}é`]) {
        expect(terminalOf(text), text).toBe('');
      }
      const shorter = keyword.slice(0, -1);
      if (!words.has(shorter)) expect(terminalOf(shorter), shorter).toBe('');
    }
    expect(terminalOf('ſelect')).toBe('');
    expect(terminalOf('lıke')).toBe('');
  });

  it('tell a name with the same hash slot apart', () => {
    // In the slots of FROM, AND, BY, ON, TO and SET.
    for (const name of ['ah_4', 'cu3', 'tv', 'k0', 'xy', 'ak9']) expect(terminalOf(name), name).toBe('');
    // Digits and the dollar sign fold to characters that no keyword has.
    for (const text of ['o', 'or', 'oR', 'o_', 'o1', 'o$']) expect(terminalOf(text)).toBe(text.toUpperCase() === 'OR' ? 'OR' : '');
  });
});
