import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../../../sql/lex/split-statements.ts';

describe('splitStatements', () => {
  it('cuts at semicolons and leaves out empty statements', () => {
    expect(splitStatements('SELECT 1;; SELECT 2 ;\n')).toEqual(['SELECT 1', 'SELECT 2']);
  });

  it('does not cut inside strings, quoted names and comments', () => {
    const text = `SELECT ';', "a;b" /* ; */ FROM t -- ;`;
    expect(splitStatements(`${text}\n; SELECT 2`)).toEqual([text, 'SELECT 2']);
  });

  it('keeps a last statement without a semicolon', () => {
    expect(splitStatements('SELECT 1; SELECT 2')).toEqual(['SELECT 1', 'SELECT 2']);
  });
});
