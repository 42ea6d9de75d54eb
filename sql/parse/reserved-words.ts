import { keywordsIn } from '../lex/index.ts';

/** Words that are never a name unless quoted, because the grammar could not tell where an expression or a table ends. */
const RESERVED: ReadonlySet<string> = new Set([
  ...keywordsIn('ALL AND ANY AS ASC BETWEEN CASE CAST COLLATE CREATE CROSS DESC DISTINCT ELSE END EXCEPT EXISTS FALSE FETCH FOR FROM FULL'),
  ...keywordsIn('GROUP HAVING ILIKE IN INNER INTERSECT INTO IS JOIN LATERAL LEFT LIKE LIMIT NATURAL NOT NULL OFFSET ON OR ORDER QUALIFY'),
  ...keywordsIn('RIGHT SELECT SIMILAR SOME TABLE TABLESAMPLE THEN TRUE TRY_CAST UNION USING WHEN WHERE WINDOW WITH'),
]);

/** Words that cannot be the alias of a table without AS, because a join or a clause may start with them. */
const CLAUSE_STARTS: ReadonlySet<string> = new Set(keywordsIn('ANTI ASOF SEMI SET'));

/** True for an upper-case word that is a name only in quotes. */
export function isReserved(word: string): boolean {
  return RESERVED.has(word);
}

/** True for an upper-case word that cannot be the alias of a table without AS. */
export function isNoTableAlias(word: string): boolean {
  return RESERVED.has(word) || CLAUSE_STARTS.has(word);
}
