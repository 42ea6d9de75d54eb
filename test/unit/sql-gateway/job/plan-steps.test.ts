import { describe, expect, it } from 'vitest';
import { splitScript } from '../../../../sql-gateway/job/parse-script.ts';
import { type JobStep, planSteps } from '../../../../sql-gateway/job/plan-steps.ts';

const step = (name: string, sql: string, ...needs: readonly string[]): JobStep => ({ name, statements: splitScript(sql), needs });

const waits = (...steps: readonly JobStep[]) => planSteps(steps).map(({ step: name, needs }) => [name, needs]);

describe('the statements of steps', () => {
  it('wait for the last statements of the steps that theirs needs, and for those before them in their own', () => {
    expect(
      waits(
        step('load', 'DROP TABLE a; DROP TABLE b'),
        step('other', 'DROP TABLE c'),
        step('sum', 'DROP TABLE d; DROP TABLE e', 'load', 'other'),
      ),
    ).toEqual([
      ['load', []],
      ['load', [1]],
      ['other', []],
      ['sum', [2, 3]],
      ['sum', [4]],
    ]);
  });

  it('may wait for steps that stand after theirs, and for one step once', () => {
    expect(waits(step('late', 'DROP TABLE a', 'early', 'early'), step('early', 'DROP TABLE b; DROP TABLE c'))).toEqual([
      ['late', [3]],
      ['early', []],
      ['early', [2]],
    ]);
  });

  it('are refused for a name that is taken, unknown, or without statements', () => {
    expect(() => waits(step('a', 'DROP TABLE a'), step('a', 'DROP TABLE b'))).toThrow("Two steps have the name 'a'.");
    expect(() => waits(step('a', '  '))).toThrow("The step 'a' has no statement.");
    expect(() => waits(step('loads', 'DROP TABLE a'), step('b', 'DROP TABLE b', 'load'))).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', hint: "Did you mean 'loads'?" }),
    );
  });

  it('are refused when steps wait for each other, naming those', () => {
    expect(() => waits(step('free', 'DROP TABLE f'), step('a', 'DROP TABLE a', 'b', 'free'), step('b', 'DROP TABLE b', 'a'))).toThrow(
      "The steps 'a', 'b' wait for each other.",
    );
    expect(() => waits(step('self', 'DROP TABLE s', 'self'))).toThrow("The steps 'self' wait for each other.");
  });
});
