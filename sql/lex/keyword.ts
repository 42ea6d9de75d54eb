import { wordCode } from './character-class.ts';

/** Every word that the parser compares a token with. A word that stands here may still be a name: `reserved-words.ts` tells. */
const LINES = [
  'ADD ADMIN AFTER ALL ALTER ANALYZE AND ANTI ANY ARRAY AS ASC ASOF AT',
  'BEGIN BERNOULLI BETWEEN BINARY BOTH BRANCH BY',
  'CALL CASCADE CASE CAST CENTURIES CENTURY CHAR CHARACTER CLEAR COLLATE COLUMN COLUMNS COMMENT COMMIT COMMITTED COPY CREATE CROSS CUBE',
  'CURRENT CURRENT_CATALOG CURRENT_DATE CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER',
  'DATA DAY DAYS DEALLOCATE DECADE DECADES DEFAULT DELETE DESC DESCRIBE DESCRIPTOR DISTINCT DO DOUBLE DROP',
  'ELSE END ENFORCED ENGINE ENGINES ESCAPE EXCEPT EXCLUDE EXECUTE EXISTS EXPLAIN EXTRACT',
  'FALSE FAST FETCH FIELD FILTER FIRST FOLLOWING FOR FORMAT FORWARD FROM FULL FUNCTION FUNCTIONS',
  'GRANT GRANTS GRAPH_TABLE GROUP GROUPING GROUPS',
  'HAVING HOUR HOURS',
  'IF IGNORE ILIKE IN INCLUDE INNER INSERT INTERSECT INTERVAL INTO IS ISOLATION',
  'JOIN JSON',
  'KEY',
  'LANGUAGE LAST LATERAL LEADING LEFT LEVEL LIKE LIMIT LIST LOCAL LOCALTIME LOCALTIMESTAMP',
  'MAP MASK MATCHED MATCH_RECOGNIZE MATERIALIZED MERGE MICROSECOND MICROSECONDS MILLENNIA MILLENNIUM MILLENNIUMS MILLISECOND MILLISECONDS',
  'MINUTE MINUTES MONTH MONTHS',
  'NAME NANOSECOND NANOSECONDS NATURAL NEXT NO NOT NOTHING NULL NULLS',
  'OF OFF OFFSET ON ONLY OPTION OR ORDER ORDERED ORDINALITY OTHERS OUTER OVER OVERLAY OVERWRITE',
  'PARTITION PARTITIONED PAUSE PERCENT PIVOT PLACING POLICIES POLICY POSITION PRECEDING PRECISION PREFER PREPARE PRIMARY PRIVILEGES PROCEDURE PROCEDURES',
  'PROPERTIES PUBLIC',
  'QUALIFY QUARTER QUARTERS QUERIES',
  'RANGE READ RECURSIVE RELEASE RENAME REPEATABLE REPLACE RESERVOIR RESET RESPECT RESTRICT RESUME RETAIN REVOKE RIGHT ROLE ROLLBACK',
  'ROLLUP ROUTE ROUTES ROW ROWS',
  'SAVEPOINT SCHEMA SCHEMAS SECOND SECONDS SELECT SEMI SERIALIZABLE SESSION SESSION_USER SET SETS SETTINGS SHOW SIMILAR SOME SOURCE',
  'START STREAMS STRICT STRUCT SUBSTRING SYSTEM SYSTEM_TIME',
  'TABLE TABLES TABLESAMPLE TAG TARGET TEMPORARY TEXT THEN TIES TIME TIMESTAMP TO TOP TRAILING TRANSACTION TRIM TRUE TRUNCATE TRY_CAST',
  'TYPE',
  'UNBOUNDED UNCOMMITTED UNION UNIQUE UNKNOWN UNORDERED UNPIVOT UNSET UPDATE USAGE USE USER USING',
  'VALUE VALUES VARYING VERSION VIEW VIEWS',
  'WATERMARK WEEK WEEKS WHEN WHERE WINDOW WITH WITHIN WITHOUT WORK WRITE',
  'YEAR YEARS',
  'ZONE',
] as const;

type WordsOf<Line extends string, Found = never> = Line extends `${infer Word} ${infer Rest}` ? WordsOf<Rest, Found | Word> : Found | Line;

/** A word with a meaning of its own somewhere in the grammar, in upper case. */
export type Keyword = WordsOf<(typeof LINES)[number]>;

/** Every keyword once. */
export const KEYWORDS: readonly Keyword[] = LINES.flatMap((line) => line.split(' ') as Keyword[]);

/** How many slots the table has: a power of two, so large that most words that are no keyword meet an empty slot. */
const SLOTS = 4096;
/** That of FNV-1a. */
const HASH_PRIME = 0x01000193;
const KEYWORD_AT = new Array<Keyword | ''>(SLOTS).fill('');
for (const keyword of KEYWORDS) {
  let hash = 0;
  for (let index = 0; index < keyword.length; index++) hash = hashOn(hash, wordCode(keyword.charCodeAt(index)));
  let slot = slotOf(hash);
  while (KEYWORD_AT[slot] !== '') slot = (slot + 1) & (SLOTS - 1);
  KEYWORD_AT[slot] = keyword;
}

/** Returns the hash of a word with one more ASCII character, whose `wordCode` is given. The hash of no character is 0. */
export function hashOn(hash: number, code: number): number {
  return Math.imul(hash ^ code, HASH_PRIME);
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
}

/** Returns the keyword that a word of ASCII characters spells in any case, '' when it spells none.
 *  The word is the range [start, end) of the text; the hash is that of its characters.
 *  Guarantees: always the same string object for a keyword, so that comparing it costs no more than comparing numbers. */
export function keywordAt(text: string, start: number, end: number, hash: number): Keyword | '' {
  for (let slot = slotOf(hash); ; slot = (slot + 1) & (SLOTS - 1)) {
    const keyword = KEYWORD_AT[slot] ?? '';
    if (keyword === '' || (keyword.length === end - start && isSpelt(text, start, keyword))) return keyword;
  }
}

function isSpelt(text: string, start: number, keyword: Keyword): boolean {
  for (let index = 0; index < keyword.length; index++) {
    if (wordCode(text.charCodeAt(start + index)) !== wordCode(keyword.charCodeAt(index))) return false;
  }
  return true;
}

/** Returns the keywords of a list with spaces between them. */
export function keywordsIn<List extends string>(list: WordsOf<List> extends Keyword ? List : never): Keyword[] {
  return list.split(' ') as Keyword[];
}

/** Returns the keyword of a name that the AST uses for the same thing. */
export function keywordOf<Name extends Lowercase<Keyword>>(name: Name): Uppercase<Name> & Keyword {
  return name.toUpperCase() as Uppercase<Name> & Keyword;
}
