import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureHeight } from '../../sql/parse/measure-height.ts';
import { parseStatement, TREE_HEIGHT_MAX } from '../../sql/parse/index.ts';
import { PlatformError } from '../../spi/index.ts';

/** What makes a statement of a statement, and an expression of an expression, with a level of nesting or a link of a chain. */
const QUERY_STEPS: readonly (readonly [string, string])[] = [
  ['SELECT * FROM (', ')'],
  ['SELECT * FROM (', ') AS x CROSS JOIN t'],
  ['WITH w AS (', ') SELECT * FROM w'],
  ['SELECT 1 UNION ALL SELECT 2 UNION ALL (', ')'],
  ['(', ') EXCEPT SELECT 1 UNION SELECT 2'],
  ['SELECT 1 ORDER BY (', ')'],
  ['SELECT sum(1) OVER (ORDER BY (', '))'],
  ['SELECT CASE WHEN 1 = ANY (', ') THEN 1 END'],
];
const EXPRESSION_STEPS: readonly (readonly [string, string])[] = [
  ['(', ' + 1)'],
  ['(1 + ', ')'],
  ['(', ' * 2 + 1)'],
  ['', '::INT[][]'],
  ['1 + (2 * ', ')'],
  ['', '[1]'],
  ['f(', ')'],
  ['CASE WHEN ', ' THEN 1 END'],
  ['(NOT ', ' IS NULL)'],
  ['(', ' AND a = 1 OR a = 2)'],
];

const piled = (core: string, steps: readonly (readonly [string, string])[], times: number): string =>
  steps
    .map(([open]) => open)
    .join('')
    .repeat(times) +
  core +
  [...steps]
    .reverse()
    .map(([, close]) => close)
    .join('')
    .repeat(times);

const pile = (steps: typeof QUERY_STEPS): fc.Arbitrary<{ steps: (readonly [string, string])[]; times: number }> =>
  fc.record({ steps: fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 4 }), times: fc.integer({ min: 0, max: 260 }) });

describe('the height of a tree', () => {
  it('is never beyond the limit, however nestings and chains are piled up', () => {
    let highest = 0;
    fc.assert(
      fc.property(pile(QUERY_STEPS), pile(EXPRESSION_STEPS), (query, expression) => {
        const sql = piled(`SELECT ${piled('a', expression.steps, expression.times)}`, query.steps, query.times);
        try {
          const height = measureHeight(parseStatement(sql), TREE_HEIGHT_MAX);
          highest = Math.max(highest, height);
          expect(height, sql.slice(0, 200)).toBeLessThanOrEqual(TREE_HEIGHT_MAX);
        } catch (error) {
          if (!(error instanceof PlatformError)) throw error;
          expect(error.code).toBe('SQL_TOO_DEEP');
        }
      }),
      { numRuns: 400 },
    );
    expect(highest).toBeGreaterThan(TREE_HEIGHT_MAX / 2);
  });
});
