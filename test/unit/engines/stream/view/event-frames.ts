import { encodeBatch, encodeResultSchema } from '../../../../../engines/stream/changelog/encode-batch.ts';
import { TextPool } from '../../../../../engines/stream/changelog/text-pool.ts';
import { literalColumn } from '../../../../../engines/stream/expression/literal-column.ts';
import type { LiteralExpression } from '../../../../../spi/index.ts';

/** Microseconds of a second. */
export const SECOND_US = 1_000_000;

/** An event: seconds since 1970 (null for an unknown time) and a key. */
export type EventRow = readonly [number | null, number];

const COLUMNS = [
  { name: 'at', type: { kind: 'timestamp' }, nullable: true },
  { name: 'k', type: { kind: 'integer' }, nullable: true },
] as const;

/** Yields the frames of events in the columns `at` and `k`. */
export async function* eventFrames(rows: readonly EventRow[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  const pool = new TextPool();
  const instant = (seconds: number | null): LiteralExpression => ({
    kind: 'literal',
    type: { kind: 'timestamp' },
    value: seconds === null ? null : new Date(seconds * 1000).toISOString().slice(0, -1).replace('T', ' '),
  });
  const columns = [
    literalColumn(
      'int64',
      rows.map(([at]) => instant(at)),
      pool,
    ),
    literalColumn(
      'int32',
      rows.map(([, k]) => ({ kind: 'literal', type: { kind: 'integer' }, value: String(k) })),
      pool,
    ),
  ];
  yield encodeResultSchema(COLUMNS);
  yield encodeBatch({ rows: rows.length, columns, weights: null }, COLUMNS, pool);
}
