import type { TableSpec } from '../../../spi/index.ts';

/** The table that crashes are tried on: each append is an id in two halves. */
export const CRASH_TABLE: TableSpec = {
  name: { schema: 'main', name: 'appends' },
  columns: [
    { name: 'id', type: { kind: 'bigint' }, nullable: false },
    { name: 'half', type: { kind: 'integer' }, nullable: false },
  ],
  partitioning: [],
  properties: {},
  comment: null,
};
