import { describe, expect, test } from 'vitest';
import type { DataType, Expression, LiteralExpression } from '../../../../spi/index.ts';
import { as, BIGINT, call, cast, plan, project, type as typed, VARCHAR, values } from '../../../support/plan-builder.ts';
import { runPlan } from '../../../support/print-and-run.ts';

const literal = (value: string, type: DataType): LiteralExpression => ({ kind: 'literal', type, value });
const text = (value: string) => literal(value, VARCHAR);
const INSTANT = typed('timestamptz');
const WALL = typed('timestamp');
const instant = (value: string) => literal(value, INSTANT);
const evaluate = async (expression: Expression, zone: string) =>
  (await runPlan(plan(project(values([], [[]]), as(1, expression))), zone))[0]?.[0];

describe('the session time zone decides', () => {
  const late = instant('2001-06-30 23:30:00+00:00');

  test('which day an instant belongs to', async () => {
    expect(await evaluate(cast(late, typed('date')), 'UTC')).toBe('2001-06-30');
    expect(await evaluate(cast(late, typed('date')), 'Europe/Berlin')).toBe('2001-07-01');
    expect(await evaluate(call('extract_month', [late], BIGINT), 'Europe/Berlin')).toBe('7');
    expect(await evaluate(call('strftime', [late, text('%H')], VARCHAR), 'Europe/Berlin')).toBe('01');
  });

  test('where the days of an instant start', async () => {
    expect(await evaluate(call('date_trunc', [text('day'), late], INSTANT), 'UTC')).toBe('2001-06-30 00:00:00+00');
    expect(await evaluate(call('date_trunc', [text('day'), late], INSTANT), 'Europe/Berlin')).toBe('2001-06-30 22:00:00+00');
    expect(await evaluate(call('date_trunc', [text('day'), late], INSTANT), 'Asia/Kolkata')).toBe('2001-06-30 18:30:00+00');
  });

  test('which instant a wall clock reading stands for, and the reverse', async () => {
    expect(await evaluate(cast(literal('2001-07-01 00:00:00', WALL), INSTANT), 'Europe/Berlin')).toBe('2001-06-30 22:00:00+00');
    expect(await evaluate(cast(late, WALL), 'America/New_York')).toBe('2001-06-30 19:30:00');
    expect(await evaluate(cast(text('2001-07-01 00:00:00'), INSTANT), 'Europe/Berlin')).toBe('2001-06-30 22:00:00+00');
    expect(await evaluate(cast(text('2001-07-01 00:00:00+00'), INSTANT), 'Europe/Berlin')).toBe('2001-07-01 00:00:00+00');
    expect(await evaluate(cast(text('2001-07-01'), INSTANT), 'Europe/Berlin')).toBe('2001-06-30 22:00:00+00');
  });

  test('how an instant is written', async () => {
    expect(await evaluate(cast(late, VARCHAR), 'UTC')).toBe('2001-06-30 23:30:00+00');
    expect(await evaluate(cast(late, VARCHAR), 'Europe/Berlin')).toBe('2001-07-01 01:30:00+02');
    expect(await evaluate(cast(late, VARCHAR), 'Asia/Kolkata')).toBe('2001-07-01 05:00:00+05:30');
    expect(await evaluate(cast(late, VARCHAR), 'America/St_Johns')).toBe('2001-06-30 21:00:00-02:30');
  });

  test('along which calendar an interval moves an instant', async () => {
    const before = instant('2001-03-24 12:00:00+00:00');
    const moved = call('add', [before, literal('1 days', typed('interval'))], INSTANT);
    expect(await evaluate(moved, 'UTC')).toBe('2001-03-25 12:00:00+00');
    expect(await evaluate(moved, 'Europe/Berlin')).toBe('2001-03-25 11:00:00+00');
  });
});

test('the start of the statement is what now() and its kin give', async () => {
  const at = async (name: string, type: DataType, zone: string) => evaluate(call(name, [], type), zone);
  expect(await at('now', INSTANT, 'UTC')).toBe('2023-11-14 22:13:20.123456+00');
  expect(await at('current_date', typed('date'), 'UTC')).toBe('2023-11-14');
  expect(await at('current_date', typed('date'), 'Europe/Berlin')).toBe('2023-11-14');
  expect(await at('current_date', typed('date'), 'Asia/Tokyo')).toBe('2023-11-15');
  expect(await at('localtimestamp', WALL, 'Asia/Tokyo')).toBe('2023-11-15 07:13:20.123456');
  expect(await at('localtime', typed('time'), 'Asia/Tokyo')).toBe('07:13:20.123456');
});
