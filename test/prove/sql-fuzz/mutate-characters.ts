import { below, pick, type Random } from './random-choice.ts';

const PIECES = [
  "'",
  '"',
  '`',
  '/*',
  '*/',
  '--',
  '$',
  "X'",
  '\0',
  '\uD800',
  '\uDC00',
  '\u{1F600}',
  '\uFEFF',
  '\u2028',
  '\\',
  ';',
  '\r',
  'İ',
  'ß',
  '1e',
  '.',
  '::',
  '0x',
  '$$',
  '=>',
  '{',
  '[',
  '?',
  ':',
];
const TOKEN_LENGTHS = [100, 10_000, 200_000];

/** Returns a text with some of its UTF-16 code units dropped, replaced by any others, or broken up by pieces that lexers trip over. */
export function mutateCharacters(sql: string, random: Random): string {
  let text = sql;
  const edits = 1 + below(random, 5);
  for (let edit = 0; edit < edits; edit++) {
    const at = below(random, text.length + 1);
    const [before, after] = [text.slice(0, at), text.slice(at)];
    const kind = below(random, 4);
    if (kind === 0) text = before + after.slice(1 + below(random, 5));
    else if (kind === 1) text = before + String.fromCharCode(below(random, 65_536)) + after.slice(1);
    else if (kind === 2) text = before + pick(random, PIECES) + after;
    else text = before;
  }
  return text;
}

/** Returns any code units at all. */
export function randomCharacters(random: Random): string {
  const codeMax = pick(random, [128, 256, 65_536]);
  return String.fromCharCode(...Array.from({ length: below(random, 200) }, () => below(random, codeMax)));
}

/** Returns a statement that holds one token of up to hundreds of thousands of characters. */
export function hugeToken(random: Random): string {
  const length = pick(random, TOKEN_LENGTHS);
  const token = pick<(length: number) => string>(random, [
    (n) => 'n'.repeat(n),
    (n) => '9'.repeat(n),
    (n) => `0.${'1'.repeat(n)}`,
    (n) => `1e${'1'.repeat(n)}`,
    (n) => `'${'x'.repeat(n)}'`,
    (n) => `'${"''".repeat(n / 2)}'`,
    (n) => `"${'""'.repeat(n / 2)}"`,
    (n) => `X'${'AB'.repeat(n / 2)}'`,
    (n) => `/*${'/*'.repeat(n / 2)}`,
    (n) => `${'/*'.repeat(n / 4)}${'*/'.repeat(n / 4)} 1`,
    (n) => `$${'1'.repeat(n)}`,
    (n) => `CAST('${'1'.repeat(n)}' AS ${pick(random, ['INTEGER', 'DECIMAL(38, 2)', 'DATE', 'TIMESTAMP', 'DOUBLE', 'BOOLEAN', 'UUID'])})`,
    (n) => `INTERVAL '${'1 '.repeat(n / 2)}' ${pick(random, ['DAY', 'YEAR TO MONTH', ''])}`,
    (n) => `DATE '${'0'.repeat(n)}'`,
    (n) => `a${'.b'.repeat(n / 2)}`,
    (n) => `--${'-'.repeat(n)}\n1`,
    (n) => `'a' LIKE '${'%_'.repeat(n / 2)}'`,
  ])(length);
  return pick(random, [`SELECT ${token}`, `SELECT a FROM t WHERE c = ${token}`, `SELECT a AS ${token} FROM t`, `SELECT * FROM ${token}`]);
}
