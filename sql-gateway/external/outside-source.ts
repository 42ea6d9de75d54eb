import { pathToFileURL } from 'node:url';
import { type ParquetSplit, PlatformError, type ScanPlan, type ScanRequest, type TableSource } from '../../spi/index.ts';

/** Rows taken for a table whose database has no statistics. */
const ROWS_UNKNOWN = 100_000;

/** Units: bytes of a column's value, for estimates. */
const VALUE_BYTES = 8;

/** Tables whose statistics are remembered. */
const TABLES_MAX = 1000;

/** Gives engines the rows of stored tables, and of outside ones those that were fetched for a statement. */
export class OutsideSource implements TableSource {
  readonly #stored: TableSource;
  readonly #rows = new Map<string, number | null>();
  readonly #fetched = new Map<string, ParquetSplit>();

  constructor(stored: TableSource) {
    this.#stored = stored;
  }

  /** Takes what the statistics of an outside table say. */
  observe(uuid: string, rows: number | null): void {
    this.#rows.delete(uuid);
    this.#rows.set(uuid, rows);
    const oldest = this.#rows.keys().next();
    if (this.#rows.size > TABLES_MAX && oldest.done !== true) this.#rows.delete(oldest.value);
  }

  /** Makes fetched files readable, until the function returned is called. */
  add(splits: readonly ParquetSplit[]): () => void {
    for (const split of splits) this.#fetched.set(split.uri, split);
    return () => {
      for (const { uri } of splits) this.#fetched.delete(uri);
    };
  }

  async plan(request: ScanRequest): Promise<ScanPlan> {
    const { table, files, filter, columns } = request;
    if (table.catalog === undefined) return this.#stored.plan(request);
    if (files === undefined) return this.#estimate(table.uuid, columns.length, filter);
    const splits = files.map((uri) => this.#splitAt(uri));
    const sum = (count: (split: ParquetSplit) => number): number => splits.reduce((total, split) => total + count(split), 0);
    return {
      splits,
      residual: filter,
      rows: sum((split) => split.rows),
      bytes: sum((split) => split.bytes),
      filesTotal: splits.length,
      filesSkipped: 0,
    };
  }

  read(...parameters: Parameters<TableSource['read']>): ReturnType<TableSource['read']> {
    return this.#stored.read(...parameters);
  }

  #splitAt(uri: string): ParquetSplit {
    const split = this.#fetched.get(uri);
    if (split !== undefined) return split;
    throw new PlatformError('INTERNAL_INVARIANT', 'Rows of an outside table are read after the statement that they were fetched for.');
  }

  /** Nothing is fetched yet: an engine that runs such a plan fails at a file that is not there, and never takes the table for empty. */
  #estimate(uuid: string, columns: number, residual: ScanRequest['filter']): ScanPlan {
    const rows = this.#rows.get(uuid) ?? ROWS_UNKNOWN;
    const bytes = rows * Math.max(1, columns) * VALUE_BYTES;
    const split: ParquetSplit = {
      kind: 'parquet',
      uri: pathToFileURL(`/outside-table-not-fetched/${uuid}.parquet`).href,
      rows,
      bytes,
      matchesSchema: true,
      partition: {},
      deletes: [],
    };
    return { splits: [split], residual, rows, bytes, filesTotal: 1, filesSkipped: 0 };
  }
}
