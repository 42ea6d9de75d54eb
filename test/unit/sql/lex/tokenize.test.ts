import { describe, expect, it } from 'vitest';
import { locate, tokenize } from '../../../../sql/lex/index.ts';

const brief = (text: string): string[] => tokenize(text).map(({ kind, value }) => `${kind}:${value}`);

describe('tokenize', () => {
  it('tells words, quoted names, strings, numbers, parameters and symbols apart', () => {
    expect(brief(`a "B" \`c\` 'd' 1.5 $2 $e X'0f' <>`)).toEqual([
      'word:a',
      'quoted:B',
      'quoted:c',
      'string:d',
      'number:1.5',
      'parameter:2',
      'parameter:e',
      'binary:0F',
      'symbol:<>',
      'end:',
    ]);
  });

  it('undoes doubled quotes and nothing else', () => {
    expect(brief(`'it''s' "a""b" '\\n' ''''`)).toEqual(["string:it's", 'quoted:a"b', 'string:\\n', "string:'", 'end:']);
  });

  it('takes the longest symbol', () => {
    expect(brief('a::b:=c<=d->e//f**g>>h')).toEqual(
      [
        'word:a',
        '::',
        'word:b',
        ':=',
        'word:c',
        '<=',
        'word:d',
        '->',
        'word:e',
        '//',
        'word:f',
        '**',
        'word:g',
        '>>',
        'word:h',
        'end:',
      ].map((entry) => (entry.includes(':') && /^(word|end)/.test(entry) ? entry : `symbol:${entry}`)),
    );
  });

  it('skips comments, also nested ones and those that hold quotes', () => {
    expect(brief("a -- it's\n/* ' /* \" */ */ b")).toEqual(['word:a', 'word:b', 'end:']);
  });

  it('ends a line comment at every kind of line end', () => {
    for (const end of ['\n', '\r\n', '\r']) expect(brief(`-- x${end}a`)).toEqual(['word:a', 'end:']);
  });

  it('returns a hint only directly after SELECT', () => {
    expect(brief('SELECT /*+ x */ /*+ y */ a /*+ z */')).toEqual(['word:SELECT', 'hint: x ', 'word:a', 'end:']);
    expect(brief('SELECT /* c */ /*+ x */ a')).toEqual(['word:SELECT', 'hint: x ', 'word:a', 'end:']);
  });

  it('keeps a word with letters beyond ASCII as written', () => {
    expect(brief('größe ſelect')).toEqual(['word:größe', 'word:ſelect', 'end:']);
  });

  it('treats Unicode separators and a byte order mark as white space', () => {
    expect(brief('\uFEFFa\u00A0b\u2003c')).toEqual(['word:a', 'word:b', 'word:c', 'end:']);
  });

  it('covers the text with tokens in order', () => {
    const text = " SELECT a+'b' ";
    expect(tokenize(text).map(({ start, end }) => text.slice(start, end))).toEqual(['SELECT', 'a', '+', "'b'", '']);
  });
});

describe('locate', () => {
  it('counts lines and columns from 1 whatever the line ends are', () => {
    const text = 'a\nbc\r\nd\re';
    expect(locate(text, 0, 1)).toEqual({ line: 1, column: 1, offset: 0, length: 1 });
    expect(locate(text, 3, 4)).toEqual({ line: 2, column: 2, offset: 3, length: 1 });
    expect(locate(text, 6, 7)).toEqual({ line: 3, column: 1, offset: 6, length: 1 });
    expect(locate(text, 8, 9)).toEqual({ line: 4, column: 1, offset: 8, length: 1 });
  });
});
