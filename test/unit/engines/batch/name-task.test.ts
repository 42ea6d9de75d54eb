import { describe, expect, test } from 'vitest';
import { nameTask } from '../../../../engines/batch/run/name-task.ts';
import { PlatformError } from '../../../../spi/index.ts';

const split = [
  { file: '/data/a.parquet', from: 0, to: 500 },
  { file: '/data/b.parquet', from: 200, to: 700 },
];
const corrupt = new PlatformError('STORAGE_CORRUPT', 'the page is damaged', { details: { engineType: 28 } });

describe('the error of a task', () => {
  test('names the task, and the rows of files that it alone reads', () => {
    const named = nameTask(corrupt, { name: 's0_t3', split }, 2);
    expect(named.message).toBe(
      'the page is damaged (task s0_t3, which reads rows 0 to 499 of /data/a.parquet, rows 200 to 699 of /data/b.parquet)',
    );
    expect([named.code, named.details]).toEqual(['STORAGE_CORRUPT', { engineType: 28, task: 's0_t3', attempts: 2, split }]);
  });

  test('names three of many files, and has all in its details', () => {
    const many = Array.from({ length: 5 }, (_, file) => ({ file: `/data/${String(file)}.parquet`, from: 0, to: 1 }));
    const named = nameTask(corrupt, { name: 's0_t0', split: many }, 1);
    expect(named.message).toMatch(/of \/data\/2\.parquet, 2 more files\)$/);
    expect(named.details['split']).toEqual(many);
  });

  test('is as it was where a statement is at fault that is not cut', () => {
    const mistaken = new PlatformError('SQL_DIVISION_BY_ZERO', 'division by zero');
    expect(nameTask(mistaken, { name: 's0_t0', split: [] }, 1).message).toBe('division by zero');
    expect(nameTask(corrupt, { name: 's0_t0', split: [] }, 1).message).toBe('the page is damaged (task s0_t0)');
  });
});
