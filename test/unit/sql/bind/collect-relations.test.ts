import { describe, expect, it } from 'vitest';
import { collectRelations } from '../../../../sql/bind/collect-relations.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';

const namesIn = (text: string): string[] => collectRelations(parseStatement(text)).map(({ name }) => name.parts.at(-1)?.name ?? '');

const SUBQUERY = '(SELECT b FROM inner_table)';

describe('the relations of a text', () => {
  it.each([
    `SELECT ${SUBQUERY} FROM t`,
    `SELECT DISTINCT ON (${SUBQUERY}) a FROM t`,
    `SELECT f(1, ${SUBQUERY}) FROM t`,
    `SELECT array_agg(a ORDER BY ${SUBQUERY}) FROM t`,
    `SELECT mode() WITHIN GROUP (ORDER BY ${SUBQUERY}) FROM t`,
    `SELECT sum(a) FILTER (WHERE a > ${SUBQUERY}) FROM t`,
    `SELECT sum(a) OVER (PARTITION BY ${SUBQUERY}) FROM t`,
    `SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY ${SUBQUERY})`,
    `SELECT CASE ${SUBQUERY} WHEN 1 THEN 2 END FROM t`,
    `SELECT CASE WHEN a = ${SUBQUERY} THEN 2 END FROM t`,
    `SELECT CASE WHEN a = 1 THEN ${SUBQUERY} END FROM t`,
    `SELECT CASE WHEN a = 1 THEN 2 ELSE ${SUBQUERY} END FROM t`,
    `SELECT a FROM t, ${SUBQUERY}`,
    `SELECT a FROM t JOIN u ON a = ${SUBQUERY}`,
    `SELECT a FROM t WHERE a = 1 AND 1 = ${SUBQUERY}`,
    `SELECT a FROM t WHERE ${SUBQUERY} BETWEEN 1 AND 2`,
    `SELECT a FROM t WHERE a BETWEEN ${SUBQUERY} AND 2`,
    `SELECT a FROM t WHERE a BETWEEN 1 AND ${SUBQUERY}`,
    `SELECT a FROM t WHERE ${SUBQUERY} IN (1, 2)`,
    `SELECT a FROM t WHERE a IN (1, ${SUBQUERY} + 1)`,
    `SELECT a FROM t GROUP BY ${SUBQUERY}`,
    `SELECT a FROM t GROUP BY ROLLUP (a, ${SUBQUERY})`,
    `SELECT a FROM t GROUP BY a HAVING a = ${SUBQUERY}`,
    `SELECT a FROM t QUALIFY a = ${SUBQUERY}`,
    `WITH c AS ${SUBQUERY} SELECT a FROM t`,
    `SELECT a FROM t ORDER BY ${SUBQUERY}`,
    `SELECT a FROM t LIMIT ${SUBQUERY}`,
    `SELECT a FROM t OFFSET ${SUBQUERY}`,
    `SELECT a FROM t UNION ${SUBQUERY}`,
  ])('are found wherever a query may stand: %s', (text) => {
    expect(namesIn(text).filter((name) => name === 'inner_table')).toEqual(['inner_table']);
    expect(namesIn(text)).toContain('t');
  });
});
