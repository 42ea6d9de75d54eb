import { describe, expect, it } from 'vitest';
import { placedText } from '../../../../sql-gateway/job/job-spec.ts';
import { checkStatements, JOB_STATEMENTS_MAX, splitScript } from '../../../../sql-gateway/job/parse-script.ts';

const check = (sql: string): unknown => {
  try {
    checkStatements(splitScript(sql));
    return null;
  } catch (error) {
    return error;
  }
};

describe('the script of a job', () => {
  it('is split where statements end, and each knows where it began', () => {
    const statements = splitScript("-- a; comment\nDROP TABLE a;;\n  INSERT INTO b VALUES (';'); /* x */ DROP TABLE c");
    expect(statements.map(({ line, column }) => [line, column])).toEqual([
      [1, 1],
      [3, 3],
      [3, 31],
    ]);
    expect(placedText(statements[1] ?? { sql: '', line: 1, column: 1 })).toBe("\n\n  INSERT INTO b VALUES (';')");
  });

  it.each([
    'INSERT INTO t SELECT 1',
    'CREATE TABLE t AS SELECT 1 AS n',
    'CREATE TABLE t (n bigint)',
    'DROP TABLE IF EXISTS t',
    'DELETE FROM t',
    'UPDATE t SET n = 1',
    'TRUNCATE TABLE t',
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "SET time_zone = 'UTC'",
    'CREATE VIEW v AS SELECT 1',
  ])('may hold %s', (sql) => {
    expect(check(sql)).toBeNull();
  });

  it.each(['SELECT 1', 'VALUES (1)', 'EXPLAIN SELECT 1', 'SHOW TABLES', 'DESCRIBE t', 'BEGIN', 'DEALLOCATE ALL'])(
    'may not hold %s',
    (sql) => {
      expect(check(sql)).toMatchObject({ code: 'JOB_STATEMENT', hint: expect.stringContaining('INSERT') as string });
    },
  );

  it('tells which statement is wrong, and where in the whole text', () => {
    expect(check('DROP TABLE a;\n\n  DROP TABEL b')).toMatchObject({
      code: 'SQL_SYNTAX',
      message: expect.stringMatching(/^statement 2 of 2: line 3, column 8: /) as string,
      location: { line: 3, column: 8 },
      details: { statement: 2 },
    });
    expect(check('DROP TABLE a;\n SELECT 1')).toMatchObject({ code: 'JOB_STATEMENT', location: { line: 2, column: 2 } });
  });

  it('holds at least one statement, and not too many', () => {
    expect(check(' ; -- nothing\n')).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(check('DROP TABLE a;'.repeat(JOB_STATEMENTS_MAX))).toBeNull();
    expect(check('DROP TABLE a;'.repeat(JOB_STATEMENTS_MAX + 1))).toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
