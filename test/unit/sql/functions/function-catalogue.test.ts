import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderFunctionDocs } from '../../../../scripts/render-function-docs.ts';
import {
  FUNCTIONS,
  functionByName,
  functionBySpelling,
  nearestFunction,
  tableFunctionBySpelling,
} from '../../../../sql/functions/index.ts';
import { parseSignature } from '../../../../sql/functions/parse-signature.ts';

describe('the catalogue of functions', () => {
  const inExpressions = FUNCTIONS.filter((entry) => entry.kind !== 'table');

  it('gives each canonical name once', () => {
    const names = inExpressions.map((entry) => entry.name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('gives each spelling to one function, in lower case', () => {
    const spellings = inExpressions.flatMap((entry) => entry.spellings);
    expect(spellings.filter((spelling, index) => spellings.indexOf(spelling) !== index)).toEqual([]);
    expect(spellings.filter((spelling) => spelling !== spelling.toLowerCase())).toEqual([]);
  });

  it('names every type variable of a result among the parameters', () => {
    const unbound = FUNCTIONS.flatMap((entry) =>
      entry.overloads.filter((overload) => {
        const [parameters = '', result = ''] = overload.text.split('->');
        return [...result.matchAll(/\b[A-Z]\b/g)].some(([variable]) => !parameters.includes(variable));
      }),
    );
    expect(unbound).toEqual([]);
  });

  it('finds functions by spelling whatever the case, and by canonical name', () => {
    expect(functionBySpelling('SUBSTR')?.name).toBe('substring');
    expect(functionByName('add')?.spellings).toEqual([]);
    expect(functionBySpelling('add')).toBeNull();
    expect(tableFunctionBySpelling('Generate_Series')?.kind).toBe('table');
  });

  it('proposes the nearest name', () => {
    expect(nearestFunction('substing')).toBe('substring');
    expect(nearestFunction('completely_different')).toBeNull();
  });

  it('is what docs/sql/functions.md lists (npm run docs makes it anew)', () => {
    expect(readFileSync(new URL('../../../../docs/sql/functions.md', import.meta.url), 'utf8')).toBe(renderFunctionDocs());
  });
});

describe('parseSignature', () => {
  it('reads optional, repeated and nested parameters', () => {
    expect(parseSignature('list<T>, [bigint], map<K,V>... -> decimal(38,s)')).toEqual({
      parameters: [
        { kind: 'list', element: { kind: 'variable', name: 'T' } },
        { kind: 'exact', type: { kind: 'bigint' } },
        { kind: 'map', key: { kind: 'variable', name: 'K' }, value: { kind: 'variable', name: 'V' } },
      ],
      requiredCount: 2,
      variadic: true,
      result: { kind: 'decimal', precision: 38, scale: 's' },
      text: 'list<T>, [bigint], map<K,V>... -> decimal(38,s)',
    });
  });

  it.each(['integer', 'intger -> integer'])('refuses the malformed %s', (text) => {
    expect(() => parseSignature(text)).toThrow(expect.objectContaining({ code: 'INTERNAL_INVARIANT' }) as Error);
  });
});
