import { expect, test } from 'vitest';
import { renderTraceLine } from '../../../../cli/format/render-trace-line.ts';
import type { TraceEvent } from '../../../../sql-gateway/index.ts';

const event: TraceEvent = {
  atMs: Date.UTC(2026, 0, 1, 12, 0, 0, 5),
  engine: 'hello',
  version: '1.0.0',
  query: 4,
  from: 'host',
  message: 'estimate',
  elapsedMs: null,
  bytes: 1204,
  body: { plan: { root: { kind: 'limit', input: { kind: 'scan', table: { schema: 'main', name: 'trips' } } } } },
};

const line = (parts: Partial<TraceEvent>): string => renderTraceLine({ ...event, ...parts });

test('a question tells when, which query, what and how large, and its plan in short', () => {
  expect(line({})).toBe('12:00:00.005  #4     host -> engine  estimate                       1,204 B  limit(scan main.trips)');
});

test('an answer tells how long it took and what it is', () => {
  const back = { from: 'engine', elapsedMs: 0.8, bytes: 60 } as const;
  expect(line({ ...back, body: { kind: 'estimate', rows: 3, cpuMs: 1 } })).toContain('0.80 ms          60 B  {"rows":3,"cpuMs":1}');
  expect(line({ ...back, body: { splits: [{}, {}], rows: 9, bytes: 100 } })).toMatch(/ {2}2 files, 9 rows, 100 bytes$/);
  expect(line({ ...back, message: 'frame', body: null })).toMatch(/frame .* 60 B$/);
});

test('what is long is cut, and what was left out is told', () => {
  expect(line({ body: { reason: 'x'.repeat(1000) } }).length).toBeLessThan(260);
  expect(renderTraceLine({ dropped: 3 })).toContain('3 messages left out');
});
