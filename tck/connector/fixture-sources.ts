import type { DataType } from '../../spi/index.ts';
import { simpleKinds } from '../world/kinds-table.ts';
import type { FixtureSource } from './connector-fixture.ts';

/** Rows of the table of the type matrix: each type's values, its ends and NULL among them, in turns. */
const KINDS_ROWS = 24;

/** Rows of the large table: enough for batches and splits. */
const MANY_ROWS = 30_000;

const BIGINT: DataType = { kind: 'bigint' };
const VARCHAR: DataType = { kind: 'varchar' };

/** Returns the tables that every fixture makes. */
export function fixtureSources(): readonly FixtureSource[] {
  const kinds = simpleKinds();
  return [
    {
      name: 'kinds',
      columns: [{ name: 'id', type: BIGINT }, ...kinds.map(([name, type]) => ({ name, type }))],
      rows: Array.from({ length: KINDS_ROWS }, (_, row) => [String(row), ...kinds.map(([, , texts]) => texts[row % texts.length] ?? null)]),
    },
    {
      name: 'many',
      columns: [
        { name: 'id', type: BIGINT },
        { name: 'bucket', type: BIGINT },
        { name: 'label', type: VARCHAR },
      ],
      rows: Array.from({ length: MANY_ROWS }, (_, row) => [String(row), row % 11 === 0 ? null : String(row % 10), `row ${String(row)}`]),
    },
    { name: 'blank', columns: [{ name: 'id', type: BIGINT }], rows: [] },
  ];
}
