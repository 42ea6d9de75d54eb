import { describe, expect, test } from 'vitest';
import { differenceOf, differenceUnderLimit } from '../../../../prove/corpora/compare-answers.ts';
import type { Answer, Cell } from '../../../../prove/corpora/duckdb-answers.ts';

const answer = (...rows: Cell[][]): Answer => ({ columns: rows[0]?.length ?? 0, rows });

describe('two answers are equal', () => {
  test.each<[string, Answer, Answer, number[]]>([
    ['in any order where none was asked for', answer(['a'], ['b'], ['a']), answer(['a'], ['a'], ['b']), []],
    ['within the rounding of floating point', answer(['a', 0.1 + 0.2]), answer(['a', 0.3]), []],
    ['where one gives a float and the other a decimal', answer([0.5], [1.25]), answer(['0.5'], ['1.25']), []],
    ['when ties stand in another order', answer(['1', 'a'], ['1', 'b'], ['2', 'c']), answer(['1', 'b'], ['1', 'a'], ['2', 'c']), [0]],
    ['when both are not a number', answer([Number.NaN]), answer([Number.NaN]), [0]],
  ])('%s', (_what, reference, ours, order) => {
    expect(differenceOf(reference, ours, order)).toBeNull();
  });
});

describe('two answers differ', () => {
  test.each<[string, Answer, Answer, number[]]>([
    ['in the number of rows', answer(['a'], ['a']), answer(['a']), []],
    ['in the number of columns', answer(['a', 'b']), answer(['a']), []],
    ['in how often a row comes', answer(['a'], ['a'], ['b']), answer(['a'], ['b'], ['b']), []],
    ['in the order asked for', answer(['1'], ['2']), answer(['2'], ['1']), [0]],
    ['in an exact number', answer(['1000000000000.01']), answer(['1000000000000.02']), []],
    ['in a float by more than rounding', answer([1]), answer([1.0000001]), []],
    ['in NULL against zero', answer([0]), answer([null]), []],
    ['in NULL against a text', answer([null]), answer(['null']), []],
  ])('%s', (_what, reference, ours, order) => {
    expect(differenceOf(reference, ours, order)).not.toBeNull();
  });
});

describe('under a limit', () => {
  const uncut = answer(['1', 'a'], ['2', 'b'], ['2', 'c'], ['3', 'd']);
  const reference = answer(['1', 'a'], ['2', 'b']);

  test('any of the rows with the last sort key will do', () => {
    expect(differenceUnderLimit(reference, answer(['1', 'a'], ['2', 'c']), uncut, [0])).toBeNull();
  });

  test.each<[string, Answer]>([
    ['a row that the uncut answer has not', answer(['1', 'a'], ['2', 'x'])],
    ['a tied row taken twice', answer(['2', 'b'], ['2', 'b'])],
    ['another row ahead of the ties', answer(['1', 'x'], ['2', 'b'])],
    ['a row beyond the ties', answer(['1', 'a'], ['3', 'd'])],
    ['too few rows', answer(['1', 'a'])],
  ])('differ: %s', (_what, ours) => {
    expect(differenceUnderLimit(reference, ours, uncut, [0])).not.toBeNull();
  });
});
