import { describe, expect, test } from 'vitest';
import type { DataType, LiteralExpression } from '../../../../spi/index.ts';
import { as, call, plan, project, type as typed, values } from '../../../support/plan-builder.ts';
import { runPlan } from '../../../support/print-and-run.ts';

const literal = (value: string | null, type: DataType): LiteralExpression => ({ kind: 'literal', type, value });
const WALL = typed('timestamp');
const INSTANT = typed('timestamptz');

async function windowOf(time: LiteralExpression, sizeUs: string, zone = 'UTC'): Promise<unknown> {
  const edges = ['tumble_start', 'tumble_end'].map((name, index) =>
    as(index + 1, call(name, [time, literal(sizeUs, typed('bigint'))], time.type)),
  );
  return (await runPlan(plan(project(values([], [[]]), ...edges)), zone))[0];
}

describe('the window of a time', () => {
  test.each([
    ['2024-05-06 07:08:09.5', '3600000000', '2024-05-06 07:00:00', '2024-05-06 08:00:00'],
    ['2024-05-06 07:00:00', '3600000000', '2024-05-06 07:00:00', '2024-05-06 08:00:00'],
    ['2024-05-06 06:59:59.999999', '3600000000', '2024-05-06 06:00:00', '2024-05-06 07:00:00'],
    ['1970-01-01 00:00:00', '7000000', '1970-01-01 00:00:00', '1970-01-01 00:00:07'],
    ['1969-12-31 23:59:59.999999', '7000000', '1969-12-31 23:59:53', '1970-01-01 00:00:00'],
    ['1900-01-01 00:00:00.000001', '1', '1900-01-01 00:00:00.000001', '1900-01-01 00:00:00.000002'],
    ['0001-01-01 00:00:01', '604800000000', '0000-12-28 00:00:00', '0001-01-04 00:00:00'],
  ])('%s of %s us starts at %s and ends before %s', async (time, sizeUs, start, end) => {
    expect(await windowOf(literal(time, WALL), sizeUs)).toEqual([start, end]);
  });

  test('of an instant is that of UTC in every time zone', async () => {
    const time = literal('2024-05-06 07:08:09+00:00', INSTANT);
    const day = ['2024-05-06 00:00:00+00', '2024-05-07 00:00:00+00'];
    expect(await windowOf(time, '86400000000')).toEqual(day);
    expect(await windowOf(time, '86400000000', 'Asia/Kolkata')).toEqual(day);
  });

  test('of NULL is NULL', async () => {
    expect(await windowOf(literal(null, WALL), '1000000')).toEqual([null, null]);
  });
});
