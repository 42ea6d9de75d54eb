import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DataType, formatType, type LogicalPlan, PlatformError } from '../../spi/index.ts';
import { FUNCTIONS } from '../../sql/functions/index.ts';
import { printType } from '../../sql/print/print-type.ts';
import { bindQueryText, catalogOf } from '../support/bind-text.ts';
import type { MemoryCatalog } from '../support/memory-catalog.ts';
import { resultTypes, testConnection } from '../support/print-and-run.ts';
import { SALES_TABLES } from '../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
  const database = await testConnection();
  for (const statement of SALES_TABLES) await database.run(statement);
});

const COLUMNS = ['a', 'b', 'c', 'd', 'e', 'ts', 'tz', 'f', 'g'];
const LITERALS = [
  '1',
  '0',
  '2.50',
  '1e2',
  "'x'",
  "'2001-02-03'",
  'NULL',
  'TRUE',
  "DATE '2001-02-03'",
  "INTERVAL '1' DAY",
  '[1, 2]',
  "{'p': 1}",
];
const BINARY = ['+', '-', '*', '/', '//', '%', '||', '=', '<>', '<', '>=', 'AND', 'OR', 'LIKE', 'IS DISTINCT FROM', '&', '^'];
const SPELLINGS = FUNCTIONS.filter((entry) => entry.kind === 'scalar').flatMap((entry) => entry.spellings);
const AGGREGATES = ['sum', 'avg', 'min', 'count', 'median', 'array_agg', 'string_agg', 'bool_or', 'stddev'];
const TYPES = ['INTEGER', 'BIGINT', 'DECIMAL(9, 3)', 'DOUBLE', 'VARCHAR', 'DATE', 'TIMESTAMP', 'BOOLEAN'];

const expression = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...COLUMNS),
    fc.constantFrom(...LITERALS),
    fc.tuple(tie('node'), fc.constantFrom(...BINARY), tie('node')).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
    fc
      .tuple(fc.constantFrom(...SPELLINGS), fc.array(tie('node'), { maxLength: 3 }))
      .map(([name, operands]) => `${name}(${operands.join(', ')})`),
    fc.tuple(fc.constantFrom(...AGGREGATES), tie('node')).map(([name, operand]) => `${name}(${operand})`),
    fc.tuple(tie('node'), fc.constantFrom(...TYPES)).map(([operand, type]) => `CAST(${operand} AS ${type})`),
    fc
      .tuple(tie('node'), tie('node'), tie('node'))
      .map(([when, then, otherwise]) => `CASE WHEN ${when} THEN ${then} ELSE ${otherwise} END`),
    fc.tuple(tie('node'), tie('node'), tie('node')).map(([value, low, high]) => `(${value} BETWEEN ${low} AND ${high})`),
    fc
      .tuple(tie('node'), fc.array(tie('node'), { minLength: 1, maxLength: 3 }))
      .map(([value, items]) => `(${value} IN (${items.join(', ')}))`),
    fc.tuple(tie('node')).map(([value]) => `(SELECT max(x) FROM u WHERE u.a = ${value})`),
  ),
})).node;

/** Binds a text; an error that is not the user's fails the test. */
async function bindOrRefuse(text: string): Promise<LogicalPlan | null> {
  try {
    return (await bindQueryText(text, catalog)).plan;
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'user' && error.location !== undefined) return null;
    throw error;
  }
}

describe('any expression', () => {
  it('is bound to a plan that DuckDB accepts with the same type, or refused with a code and a place', async () => {
    let bound = 0;
    await fc.assert(
      fc.asyncProperty(expression, async (text) => {
        const plan = await bindOrRefuse(`SELECT ${text} FROM t LIMIT 0`);
        if (plan === null) return;
        bound += 1;
        const type: DataType = plan.output[0]?.type ?? { kind: 'null' };
        const [actual] = await resultTypes(plan);
        expect({ text, type: actual?.replaceAll(', ', ',') }, formatType(type)).toEqual({ text, type: sqlName(type) });
      }),
      { numRuns: 1500 },
    );
    expect(bound).toBeGreaterThan(100);
  });
});

function sqlName(type: DataType): string {
  const name = printType(type).replaceAll(', ', ',');
  return name
    .replaceAll('TIMESTAMPTZ', 'TIMESTAMP WITH TIME ZONE')
    .replace(/STRUCT\((.*)\)/, (_whole, fields: string) => `STRUCT(${fields})`);
}
