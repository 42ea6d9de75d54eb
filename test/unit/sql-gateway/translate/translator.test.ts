import { afterAll, describe, expect, it } from 'vitest';
import type { PlatformError } from '../../../../spi/index.ts';
import { createTranslator, type Dialect, type TranslatedStatement } from '../../../../sql-gateway/translate/translator.ts';

const translator = createTranslator();
const impatient = createTranslator({ statementTimeoutMs: 500, textLengthMax: 1 << 20 });
afterAll(() => Promise.all([translator.close(), impatient.close()]));

async function collect(text: string, dialect: Dialect = 'mysql', by = translator): Promise<readonly TranslatedStatement[]> {
  const found: TranslatedStatement[] = [];
  for await (const statement of by.translate(text, dialect)) found.push(statement);
  return found;
}

describe('translating a file', () => {
  it('passes over the settings, locks and keys of dumps, and says so', async () => {
    const dump = [
      '/*!40101 SET NAMES utf8mb4 */;',
      "/*!40103 SET TIME_ZONE='+00:00' */;",
      'SET @saved = @@character_set_client;',
      '-- Table; with a semicolon',
      'CREATE TABLE `t` (`a` int);',
      'LOCK TABLES `t` WRITE;',
      '/*!40000 ALTER TABLE `t` DISABLE KEYS */;',
      'INSERT INTO `t` VALUES (1),(2);',
      'UNLOCK TABLES;',
    ].join('\n');
    const found = await collect(dump);
    expect(found.filter(({ sql }) => sql === null).map(({ line }) => line)).toEqual([1, 2, 3, 6, 7, 9]);
    expect(found.filter(({ sql }) => sql !== null).map(({ sql }) => sql)).toEqual([
      'CREATE TABLE "t" ("a" INTEGER)',
      'INSERT INTO "t" VALUES (1), (2)',
    ]);
  });

  it('takes MariaDB too', async () => {
    expect(await collect('SELECT `a` FROM t LIMIT 1', 'mariadb')).toMatchObject([{ sql: expect.stringContaining('SELECT "a"') as string }]);
  });

  it.each(["SET sql_mode = 'ANSI_QUOTES'", "SET TIME_ZONE = '+02:00'", '/*!50001 CREATE VIEW v AS SELECT 1 */'])(
    'refuses %s, which changes what follows or would be left out',
    async (text) => {
      await expect(collect(text)).rejects.toMatchObject({ code: 'SQL_TRANSLATION' });
    },
  );

  it('names the line of the file', async () => {
    await expect(collect('SELECT 1;\n\nSELECT\n  2 || 3')).rejects.toMatchObject({
      code: 'SQL_TRANSLATION',
      message: expect.stringContaining('line 3') as string,
      location: { line: 4 },
    });
  });

  it('refuses texts that are too long', async () => {
    await expect(collect(' '.repeat((1 << 20) + 1), 'mysql', impatient)).rejects.toMatchObject({ code: 'SQL_TOO_LONG' });
  });

  it('ends a bomb of parentheses, by the time limit or by the depth that the parser can bear, and goes on after it', async () => {
    const nested = (depth: number, times: number): string =>
      `SELECT ${Array.from({ length: times }, () => `${'('.repeat(depth)}1${')'.repeat(depth)}`).join('+')}`;
    const deep = await collect(nested(5000, 1), 'mysql', impatient).catch((error: unknown) => (error as PlatformError).code);
    expect(['SQL_TRANSLATION', 'RESOURCE_DEADLINE']).toContain(deep);
    await expect(collect(nested(25, 20_000), 'mysql', impatient)).rejects.toMatchObject({ code: 'RESOURCE_DEADLINE' });
    expect(await collect('SELECT 1')).toHaveLength(1);
  });
});
