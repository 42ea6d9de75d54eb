import type { BoundQuery, ParameterValue } from '../../spi/index.ts';
import { openNothing, type OutsideReads } from '../external/outside-reads.ts';
import { outsideScans } from '../external/outside-request.ts';
import { formatSnapshots } from './query-registry.ts';
import type { StatementContext } from './statement-context.ts';

/** Opens what a statement reads of outside tables, which is to be closed. Rows that come are its progress. */
export function openStatementReads({ outside, record }: StatementContext, parameters: readonly ParameterValue[]): OutsideReads {
  if (outside === null) return openNothing();
  return outside.reads({
    signal: record.signal,
    parameters,
    onRows: (rowsRead) => {
      record.describe({ progress: { fraction: null, rowsRead } });
    },
  });
}

/** Returns what a query reads, for people: pinned snapshots, and outside tables, which are read as they are when the statement runs. */
export function describeReads(query: BoundQuery): readonly string[] {
  const outside = outsideScans(query.plan.root).map(
    ({ table: { catalog, schema, name } }) => `${catalog}.${schema}.${name} (outside, not pinned)`,
  );
  return [...formatSnapshots(query.snapshots), ...new Set(outside)];
}
