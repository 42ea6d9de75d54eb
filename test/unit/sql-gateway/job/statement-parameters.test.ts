import { describe, expect, it } from 'vitest';
import { splitScript } from '../../../../sql-gateway/job/parse-script.ts';
import { checkParameters, statementParameters } from '../../../../sql-gateway/job/statement-parameters.ts';

describe('the parameters of a job', () => {
  it('reach the statements that use them, whatever the case of their names', () => {
    const sql = 'INSERT INTO t SELECT $Day, \'$other\', "$more" -- $comment';
    expect(statementParameters(sql, { day: '2001-06-01', other: 1, more: 2, comment: 3 })).toEqual({ day: '2001-06-01' });
  });

  it('are each used by a statement', () => {
    const statements = splitScript('INSERT INTO t SELECT $day; INSERT INTO t SELECT $days');
    expect(() => {
      checkParameters(statements, { day: 1, days: 2 });
    }).not.toThrow();
    expect(() => {
      checkParameters(statements, { day: 1, dais: 2 });
    }).toThrow(expect.objectContaining({ code: 'SQL_PARAMETER', hint: 'Did you mean $days?' }));
  });
});
